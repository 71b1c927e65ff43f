import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const alias = { "@/": root };
const never = ["**/node_modules/**", "**/dist/**", "**/.next/**", "**/.throughline/**", "**/.cache/**"];

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
          exclude: never,
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
