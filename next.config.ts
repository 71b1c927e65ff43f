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
  experimental: {
    // Whoever starts for the first time waits for the pages: what only a second build or a debugger would profit from is left out.
    // A third of the processor time, and the half minute in which a cache was written (docs/adr/022-pages-built-at-the-first-start.md).
    turbopackFileSystemCacheForBuild: false,
    turbopackSourceMaps: false,
    turbopackInputSourceMaps: false,
    // Code that runs on the server stays as it was written: its stack traces can be read without maps.
    turbopackMinify: { server: false, client: true },
  },
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
