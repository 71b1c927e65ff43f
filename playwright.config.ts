import { defineConfig } from "@playwright/test";
import { findChromium } from "./cli/programs";

const CHROMIUM = findChromium();

/**
 * Journeys of people through a real stack: database, broker, ingest, jobs, plant and pages, started once by e2e/support/global-setup.ts
 * on free ports with a data folder of its own.
 */
export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  globalSetup: "./e2e/support/global-setup.ts",
  workers: 1,
  timeout: 300_000,
  // A busy machine of two cores is slow, not wrong; who waits for what never comes waits this long once.
  expect: { timeout: 30_000 },
  outputDir: ".cache/tests/e2e",
  use: {
    // Set by the global setup, before the first worker starts.
    baseURL: process.env.TL_E2E_URL,
    ...(process.env.TL_E2E_STATE ? { storageState: process.env.TL_E2E_STATE } : {}),
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Paris",
    trace: "retain-on-failure",
    launchOptions: { ...(CHROMIUM !== null ? { executablePath: CHROMIUM } : {}), args: ["--no-sandbox"] },
  },
});
