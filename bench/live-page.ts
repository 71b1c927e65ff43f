import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "@/cli/programs";
import { startTestStack } from "@/cli/testing-stack";
import { openDevice } from "@/sdk/device/device";
import { liveSeal } from "@/sdk/device/sealer";

/**
 * How old a value is when an open page shows it: a sensor that writes 2,000 readings a second over the SDK, the whole stack as
 * `npm start` runs it without its plant, and a browser, on this machine. One of the streams carries its own time as its
 * value, so the page needs no clock of another's. BENCH_SECONDS shortens the watch while working.
 */
const STREAMS = 200;
const RATE_HZ = 10;
const NODE = "bench-live";
const PROBE = "probe/age";
const WRAP_MS = 1_000_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 60);
const CHROMIUM = findChromium();

const folder = mkdtempSync(join(tmpdir(), "tl-bench-live-"));
const stack = await startTestStack({ args: ["--no-plant"], env: { THROUGHLINE_DEMO: "1" } });
try {
  const { url, token } = await stack.addNode(NODE, true);
  const keys = [PROBE, ...Array.from({ length: STREAMS - 1 }, (_, i) => `machine-${i}/level`)];
  const device = await openDevice({
    ...{ node: NODE, url, token, dataDir: join(folder, "device"), seal: liveSeal() },
    streams: keys.map((key) => ({ key, quantity: "level", unit: "1", type: "number", rateHz: RATE_HZ })),
  });
  let due = 0;
  let written = 0;
  const startMs = performance.now();
  // A timer runs late a little each time: rows are counted, so that the rate holds.
  const feed = setInterval(() => {
    for (; due / RATE_HZ <= (performance.now() - startMs) / 1_000; due += 1) {
      const tsMs = Date.now();
      const values = Object.fromEntries(keys.map((key, i) => [key, i === 0 ? tsMs % WRAP_MS : (tsMs / 100 + i) % 50]));
      void device.write({ tsMs, values }).then(() => (written += keys.length));
    }
  }, 20);
  const browser = await chromium.launch({
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage({ locale: "en-GB" });
    await page.goto(`${stack.url}/login`);
    await page.getByRole("button", { name: /Administrator/ }).click();
    await page.waitForURL(`${stack.url}/`);
    const link = page.getByRole("link", { name: PROBE, exact: true });
    do await page.goto(`${stack.url}/streams?q=${encodeURIComponent(`${NODE} ${PROBE}`)}`);
    while ((await link.count()) === 0);
    await page.goto(`${stack.url}${await link.getAttribute("href")}?from=now-5m&to=now`);
    await page.getByTestId("freshness").getByText("Live").waitFor();
    const ages = await page.evaluate(watch, { seconds: SECONDS, wrapMs: WRAP_MS });
    const at = (share: number) => Number(((ages[Math.floor(ages.length * share)] ?? Number.NaN) / 1_000).toFixed(3));
    const perS = Math.round(written / ((performance.now() - startMs) / 1_000));
    const p95 = at(0.95);
    process.stdout.write(
      `${JSON.stringify({ area: "live", figure: "live.p95_s", value: p95, unit: "s", goal: "<= 1.5", p50: at(0.5), max: at(0.999), readings_per_s: perS, n: ages.length })}\n`,
    );
    if (!(p95 <= 1.5)) process.exitCode = 1;
  } finally {
    await browser.close();
    clearInterval(feed);
    await device.close();
  }
} finally {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Runs in the page: ages of the values at the moment they are drawn, ms, youngest first. */
async function watch({ seconds, wrapMs }: { seconds: number; wrapMs: number }): Promise<number[]> {
  const ages: number[] = [];
  let last: string | null = null;
  const observer = new MutationObserver(() => {
    const text = document.querySelector("[data-testid=now-value]")?.textContent ?? "";
    if (text === last) return;
    const isFirst = last === null; // it was on the page already
    last = text;
    const age = (Date.now() - Number(text.replace(/,/g, ""))) % wrapMs;
    if (!isFirst && Number.isFinite(age)) ages.push((age + wrapMs) % wrapMs);
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  await new Promise((done) => setTimeout(done, seconds * 1_000));
  observer.disconnect();
  return ages.sort((a, b) => a - b);
}
