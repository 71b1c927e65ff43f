import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const alias = { "@/": root };
const never = ["**/node_modules/**", "**/dist/**", "**/.next/**", "**/.throughline/**", "**/.cache/**"];

/** Tests that meet neither TL_TEST_DB nor TL_TEST_BROKER; `npm test` runs them with the first combination only (TL_TEST_REPEAT). */
const same = [
  "cli/up.int.test.ts",
  "cli/own-parts.int.test.ts",
  "cli/everything.int.test.ts",
  "cli/embedded/broker.int.test.ts",
  "cli/embedded/postgres.int.test.ts",
  "sdk/device/buffer/kill.int.test.ts",
];

/** Two projects: `unit` needs nothing but Node; `int` meets a real PostgreSQL (TL_TEST_DB=plain|timescale) and real brokers. */
export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["**/*.test.ts", "**/*.test.tsx"],
          exclude: [...never, "**/*.int.test.ts"],
          environment: "node",
          testTimeout: 15_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "int",
          include: ["**/*.int.test.ts"],
          exclude: process.env.TL_TEST_REPEAT === "1" ? [...never, ...same] : never,
          environment: "node",
          pool: "forks",
          globalSetup: ["./db/testing-server.ts"],
          testTimeout: 60_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
