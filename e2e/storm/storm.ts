import { setTimeout as sleep } from "node:timers/promises";
import { startCast } from "./cast";
import { type Account, isBalanced } from "./account";
import { account, settledRows } from "./check";
import { planKills, type Target } from "./nemesis";

export interface StormReport {
  seed: number;
  kills: Record<Target, number>;
  seconds: number;
  /** from the last kill until the store no longer grew, s */
  drainSeconds: number;
  accounts: Record<string, Account>;
}

export interface StormOptions {
  seed: number;
  kills: number;
  minPauseMs: number;
  maxPauseMs: number;
  onKill?: (done: number, target: Target) => void;
}

const QUIET_MS = 3_000;
const LONG_OUTAGE_MS = 12_000;
const DRAIN_LIMIT_MS = 120_000;

/**
 * Sensors write while edge, ingest, broker and database are killed in turn with SIGKILL and come back; half-way the
 * broker stays away for twelve seconds, more than the small buffer holds. Afterwards the sensors stop, everything on its
 * way arrives, and each sensor's own ledger is held against the store.
 */
export async function runStorm({ seed, kills, minPauseMs, maxPauseMs, onKill }: StormOptions): Promise<StormReport> {
  const cast = await startCast();
  let isClean = false;
  try {
    const began = Date.now();
    const counts: Record<Target, number> = { edge: 0, ingest: 0, broker: 0, database: 0 };
    await untilFlowing(cast.nodes, (node) => settledRows(cast.db, node));
    for (const [index, { target, afterMs }] of planKills({ seed, kills, minPauseMs, maxPauseMs }).entries()) {
      await sleep(afterMs);
      if (index === Math.floor(kills / 2)) await cast.longOutage(LONG_OUTAGE_MS);
      await cast.killAndRestart(target);
      counts[target] += 1;
      onKill?.(counts.edge + counts.ingest + counts.broker + counts.database, target);
    }
    const calm = Date.now();
    await cast.stopSensors(DRAIN_LIMIT_MS);
    await untilStill(async () => (await Promise.all(cast.nodes.map((node) => settledRows(cast.db, node)))).join(" "));
    const drainSeconds = (Date.now() - calm - QUIET_MS) / 1_000;
    const accounts: Record<string, Account> = {};
    for (const node of cast.nodes) accounts[node] = await account(cast.db, node, cast.ledger(node));
    isClean = Object.values(accounts).every(isBalanced);
    if (!isClean) console.error(`Accounts do not balance; everything is kept in ${cast.folder}`);
    return { seed, kills: counts, seconds: (calm - began) / 1_000, drainSeconds, accounts };
  } finally {
    await cast.close(!isClean);
  }
}

async function untilFlowing(nodes: readonly string[], rows: (node: string) => Promise<number>): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    const counts = await Promise.all(nodes.map(rows));
    if (counts.every((count) => count > 0)) return;
    if (Date.now() > deadline)
      throw new Error(`no readings arrived within 60 s: ${nodes.join(", ")} have ${counts.join(", ")} rows`);
  }
}

async function untilStill(observe: () => Promise<string>): Promise<void> {
  let last = "";
  let since = Date.now();
  for (const deadline = Date.now() + DRAIN_LIMIT_MS; Date.now() < deadline; await sleep(250)) {
    const now = await observe();
    if (now !== last) since = Date.now();
    else if (Date.now() - since >= QUIET_MS) return;
    last = now;
  }
  throw new Error(`the store still grew ${DRAIN_LIMIT_MS / 1_000} s after the last kill`);
}
