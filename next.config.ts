import type { NextConfig } from "next";

const config: NextConfig = {
  turbopack: { root: import.meta.dirname },
  // Native or stateful on the server: loaded by Node, not bundled.
  serverExternalPackages: ["pg", "pg-copy-streams", "prom-client", "pino"],
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` has looked at every type; a first start on somebody's machine need not do it again.
  typescript: { ignoreBuildErrors: true },
  output: process.env.STANDALONE ? "standalone" : undefined,
  async headers() {
    return [
      {
        source: "/(.*)",
        headers: [
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "X-Frame-Options", value: "DENY" },
          { key: "Referrer-Policy", value: "same-origin" },
          { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
        ],
      },
    ];
  },
};

export default config;
