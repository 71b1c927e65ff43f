import type { NextConfig } from "next";
import { COMMON_HEADERS } from "./server/core/security-headers";

const config: NextConfig = {
  turbopack: { root: import.meta.dirname },
  // Native or stateful on the server: loaded by Node, not bundled.
  serverExternalPackages: ["pg", "pg-copy-streams", "prom-client", "pino", "@node-rs/argon2"],
  poweredByHeader: false,
  // No picture is fetched from elsewhere or resized by the server: the route that would do it answers nothing.
  images: { unoptimized: true, remotePatterns: [], localPatterns: [] },
  reactStrictMode: true,
  // `npm run check` has looked at every type; a first start on somebody's machine need not do it again.
  typescript: { ignoreBuildErrors: true },
  output: process.env.STANDALONE ? "standalone" : undefined,
  async headers() {
    return [
      {
        source: "/(.*)",
        headers: Object.entries(COMMON_HEADERS).map(([key, value]) => ({ key, value })),
      },
    ];
  },
};

export default config;
