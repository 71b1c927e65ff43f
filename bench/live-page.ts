import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { findChromium } from "@/cli/programs";
import { startTestStack } from "@/cli/testing-stack";
import { openDevice } from "@/sdk/device/device";
import { liveSeal } from "@/sdk/device/sealer";
import { agesWhenShown, type Draw } from "./live/draws";

/**
 * How old a reading is when an open page shows it: a sensor that writes 2,000 readings a second over the SDK, the whole stack as
 * `npm start` runs it without its plant, and a browser, on this machine. One of the streams carries its own time as its value, so the
 * page needs no clock of another's. Every reading of that stream counts, from the instant at which it was due at the sensor to
 * the first draw of it or of a newer one; one that the page never shows is a failure. Each round opens the page anew.
 * BENCH_ROUNDS and BENCH_SECONDS (of a round) shorten a run while working.
 */
const STREAMS = 200;
const RATE_HZ = 10;
const NODE = "bench-live";
const PROBE = "probe/age";
const WRAP_MS = 1_000_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 12);
/** After a round, how long the page may take to show its last readings, s. */
const PATIENCE_S = 5;
const GOAL_S = 1.5;
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
  const startMs = Date.now();
  const dueMs: number[] = [];
  let written = 0;
  // A timer runs late a little each time: rows are counted, so that the rate holds, and each has the time at which it was due.
  const feed = setInterval(() => {
    for (;;) {
      const tsMs = startMs + (dueMs.length * 1_000) / RATE_HZ;
      if (tsMs > Date.now()) return;
      dueMs.push(tsMs);
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
    const address = await findProbe(page);
    const rounds: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await page.goto(address);
      await page.getByTestId("freshness").getByText("Live").waitFor();
      const fromMs = Date.now();
      const draws = await page.evaluate(watch, { seconds: SECONDS + PATIENCE_S, wrapMs: WRAP_MS });
      const readings = dueMs.filter((tsMs) => tsMs >= fromMs && tsMs < fromMs + SECONDS * 1_000);
      rounds.push(agesWhenShown(readings, draws).sort((a, b) => a - b));
    }
    const ages = rounds.flat();
    const neverShown = ages.filter((age) => age === Infinity).length;
    const p95s = rounds.map((round) => quantileS(round, 0.95)).sort((a, b) => a - b);
    const p95 = p95s[p95s.length >> 1] ?? Number.NaN;
    const figure = {
      ...{ area: "live", figure: "live.p95_s", value: p95, unit: "s", goal: `<= ${GOAL_S}` },
      ...{
        min: p95s[0],
        max: p95s.at(-1),
        p50: quantileS(
          ages.sort((a, b) => a - b),
          0.5,
        ),
        oldest: quantileS(ages, 1),
      },
      ...{ never_shown: neverShown, readings_per_s: Math.round((written * 1_000) / (Date.now() - startMs)) },
      ...{ rounds: ROUNDS, n: ages.length },
    };
    process.stdout.write(`${JSON.stringify(figure)}\n`);
    if (!(p95 <= GOAL_S) || neverShown > 0) process.exitCode = 1;
  } finally {
    await browser.close();
    clearInterval(feed);
    await device.close();
  }
} finally {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Signs in and looks the probe's stream up. @returns the address of its page, with the last five minutes */
async function findProbe(page: Page): Promise<string> {
  await page.goto(`${stack.url}/login`);
  await page.getByRole("button", { name: /Administrator/ }).click();
  await page.waitForURL(`${stack.url}/`);
  const link = page.getByRole("link", { name: PROBE, exact: true });
  do await page.goto(`${stack.url}/streams?q=${encodeURIComponent(`${NODE} ${PROBE}`)}`);
  while ((await link.count()) === 0);
  return `${stack.url}${await link.getAttribute("href")}?from=now-5m&to=now`;
}

/** Of ages in order, ms; in s. */
function quantileS(sorted: readonly number[], q: number): number {
  const age = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
  return Number((age / 1_000).toFixed(3));
}

/** Runs in the page: every change of the figure under the chart, at the frame that draws it. */
async function watch({ seconds, wrapMs }: { seconds: number; wrapMs: number }): Promise<Draw[]> {
  const draws: Draw[] = [];
  let last: string | null = null;
  const observer = new MutationObserver(() => {
    const text = document.querySelector("[data-testid=now-value]")?.textContent ?? "";
    if (text === last) return;
    last = text;
    const value = Number.parseInt(text.replace(/,/g, ""), 10);
    if (!Number.isFinite(value)) return;
    requestAnimationFrame(() => {
      const atMs = Date.now();
      draws.push({ atMs, tsMs: atMs - ((((atMs - value) % wrapMs) + wrapMs) % wrapMs) });
    });
  });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  await new Promise((done) => setTimeout(done, seconds * 1_000));
  observer.disconnect();
  return draws;
}
