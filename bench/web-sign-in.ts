import { randomBytes } from "node:crypto";
import { type Browser, chromium } from "@playwright/test";
import { embeddedDatabase } from "@/cli/connection";
import { findChromium } from "@/cli/programs";
import { readSecrets } from "@/cli/secrets";
import { startTestStack, type TestStack } from "@/cli/testing-stack";
import { openPool } from "@/db/client";
import { systemContext } from "@/server/core/context";
import { issueReset } from "@/server/identity/password-verbs";
import { findUserByEmail } from "@/server/identity/people-queries";

/**
 * From the press on "Sign in" to a home page that can be read and used, on a processor four times slower than this one: the whole stack
 * with its plant as `npm start` runs it, a browser without anything in its cache but the sign-in page, and a password that is checked.
 * BENCH_ROUNDS shortens it while working.
 */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 10);
/** Left out: the first answers of a process that has just started. */
const WARM_UP = 2;
const SLOWDOWN = 4;
const EMAIL = "elena@demo.invalid";
const CHROMIUM = findChromium();

declare global {
  interface Window {
    /** When the home page was there to be read and used, ms since the epoch. */
    home?: { readMs: number; usedMs: number };
  }
}

const stack = await startTestStack({ env: { THROUGHLINE_HISTORY_DAYS: "3" } });
try {
  const password = await givePassword(stack, EMAIL);
  const browser = await chromium.launch({ ...(CHROMIUM ? { executablePath: CHROMIUM } : {}), args: ["--no-sandbox"] });
  const reads: number[] = [];
  const uses: number[] = [];
  try {
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const { readMs, usedMs } = await signIn(browser, stack.url, password);
      if (round < WARM_UP) continue;
      reads.push(readMs);
      uses.push(usedMs);
    }
  } finally {
    await browser.close();
  }
  const p95 = at(uses, 0.95);
  process.stdout.write(
    `${JSON.stringify({ area: "web", figure: "web.sign_in_to_home_p95_s", value: p95, unit: "s", goal: "<= 2", n: uses.length, p50: at(uses, 0.5), read_p50: at(reads, 0.5), read_p95: at(reads, 0.95), slowdown: SLOWDOWN })}\n`,
  );
  if (!(p95 <= 2)) process.exitCode = 1;
} finally {
  await stack.stop();
}

/** Nobody of the demo has a password: this one gets a link to set one, as an administrator would hand it over. */
async function givePassword({ url, dataDir, ports }: TestStack, email: string): Promise<string> {
  const database = embeddedDatabase(ports.postgres, readSecrets(dataDir));
  if (!database) throw new Error(`no stack runs from ${dataDir}`);
  const pool = openPool(database.app, { max: 1, applicationName: "bench", statementTimeoutMs: 10_000 });
  try {
    const ctx = await systemContext(pool, "bench");
    const userId = await findUserByEmail(ctx.sql, email);
    const { token } = await issueReset(ctx, { userId: userId ?? "" });
    const password = randomBytes(18).toString("base64url");
    const answer = await fetch(`${url}/api/account/reset`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify({ token, password }),
    });
    if (!answer.ok) throw new Error(`the password was refused: ${await answer.text()}`);
    return password;
  } finally {
    await pool.end();
  }
}

/** @returns how long after the press the page could be read, and how long after it a press would have done something, ms */
async function signIn(browser: Browser, url: string, password: string): Promise<{ readMs: number; usedMs: number }> {
  const context = await browser.newContext({ locale: "en-GB" });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
    await page.addInitScript(watchForHome);
    await page.goto(`${url}/login`);
    await page.getByLabel("E-mail").fill(EMAIL);
    await page.getByLabel("Password").fill(password);
    const button = page.getByRole("button", { name: "Sign in", exact: true });
    await page.waitForLoadState("networkidle");
    const pressedMs = Date.now();
    await button.click({ noWaitAfter: true });
    await page.waitForURL(`${url}/`, { waitUntil: "commit" });
    const home = await (await page.waitForFunction(() => window.home, null, { polling: 100 })).jsonValue();
    if (!home) throw new Error("the home page never came");
    return { readMs: home.readMs - pressedMs, usedMs: home.usedMs - pressedMs };
  } finally {
    await context.close();
  }
}

/**
 * Runs in every page before its own scripts. The home page can be read when its verdict and what needs this person stand there, and be used
 * when React has put its handlers on them. No function in here has a name: the loader of this file would ask the page for a helper.
 */
function watchForHome(): void {
  let readMs: number | null = null;
  const timer = setInterval(() => {
    if (window.location.pathname !== "/") return;
    const needs = [...document.querySelectorAll("main h2")].find((title) => title.textContent.startsWith("Needs you"));
    if (!needs || !document.querySelector("main h1")) return;
    readMs ??= Date.now();
    if (!Object.keys(needs).some((key) => key.startsWith("__reactProps"))) return;
    window.home = { readMs, usedMs: Date.now() };
    clearInterval(timer);
  }, 10);
}

function at(tookMs: readonly number[], share: number): number {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const ms = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return Math.round(ms) / 1_000;
}
