import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { embeddedDatabase } from "./connection";
import { brokerPlace } from "./embedded/broker-home";
import { isSameProcess } from "./processes";
import { readSecrets } from "./secrets";
import { processesOf } from "./testing-processes";
import { type StackHome, startTestStack, type Surroundings, type TestStack } from "./testing-stack";

/** With pages and plant, as `npm start` runs it; `up.int.test.ts` has the rest in detail and without them. */
const NO_PAST = ["--history-days", "0"];
const PARTS = ["broker", "edge-lyon-1", "edge-lyon-2", "cold-store-1", "ingest", "jobs", "postgres", "web"];
/** The pages are built when no test has done so before. */
const WITH_A_BUILD_MS = 400_000;

const Status = z.object({
  well: z.boolean(),
  parts: z.array(z.object({ name: z.string(), pid: z.number(), alive: z.boolean(), health: z.string() })),
});

let running: TestStack | null = null;
afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(home?: StackHome, inside?: Surroundings): Promise<TestStack> {
  running = await startTestStack({ args: NO_PAST, ...(home ? { home } : {}), ...(inside ? { inside } : {}) });
  return running;
}

/** Ends the running stack; that nothing is left is what its `stop` demands. */
async function stop(): Promise<void> {
  const stack = running;
  running = null;
  await stack?.stop();
}

async function partsOf(stack: TestStack): Promise<string[]> {
  const { well, parts } = Status.parse(JSON.parse(await stack.run("status", "--json")));
  expect(well).toBe(true);
  return parts.map(({ name }) => name).sort();
}

/** How many readings are stored, and how old the youngest is, ms. */
async function readings({ dataDir, ports }: StackHome): Promise<{ n: number; ageMs: number }> {
  const client = new Client({ connectionString: embeddedDatabase(ports.postgres, readSecrets(dataDir))?.owner });
  await client.connect();
  try {
    const { rows } = await client.query<{ n: number; ageMs: number }>(
      `select count(*)::int as n, coalesce(extract(epoch from clock_timestamp() - max(ts)) * 1000, 1e9)::float8 as "ageMs" from readings`,
    );
    return rows[0] ?? { n: 0, ageMs: 1e9 };
  } finally {
    await client.end();
  }
}

test("after kill -9 of everything, then of the supervisor alone, the next start has it all; told to stop, it leaves nothing", {
  timeout: WITH_A_BUILD_MS,
}, async () => {
  const first = await start();
  expect(await partsOf(first)).toEqual(expect.arrayContaining(PARTS));
  await expect.poll(() => readings(first).then(({ n }) => n), { timeout: 30_000 }).toBeGreaterThan(1_000);
  const before = first.processes();
  expect(before.length).toBeGreaterThan(PARTS.length);
  const kept = await readings(first);
  await first.kill("everything");
  expect(before.filter(isSameProcess)).toEqual([]);

  const place = brokerPlace(join(first.dataDir, "broker"));
  const second = await start(first);
  expect(brokerPlace(join(second.dataDir, "broker"))).toBe(place); // every start a new one would fill the disk
  expect(await partsOf(second)).toEqual(expect.arrayContaining(PARTS));
  expect((await fetch(`${second.url}/api/health`)).status).toBe(200);
  expect((await readings(second)).n).toBeGreaterThanOrEqual(kept.n);
  await expect.poll(() => readings(second).then(({ ageMs }) => ageMs), { timeout: 30_000 }).toBeLessThan(5_000);
  const orphans = second.processes().filter(({ pid }) => pid !== second.pid);
  await second.kill("supervisor");
  expect(orphans.filter(isSameProcess).length).toBeGreaterThanOrEqual(PARTS.length);

  const third = await start(second);
  expect(third.output()).toMatch(/stopped what it left behind: .*edge-lyon-1.*web/);
  expect(orphans.filter(isSameProcess)).toEqual([]);
  expect(await partsOf(third)).toEqual(expect.arrayContaining(PARTS));
  await expect.poll(() => readings(third).then(({ ageMs }) => ageMs), { timeout: 30_000 }).toBeLessThan(5_000);
  const last = third.processes();
  await stop();
  expect(third.output()).toContain("Stopped; nothing is left running.");
  expect(last.filter(isSameProcess)).toEqual([]);
  expect(processesOf(third.dataDir)).toEqual([]);
  expect([third.dataDir, place].filter((path) => existsSync(path))).toEqual([]);
});

/** A network that has nothing but this machine in it; a user who is not root needs a namespace of users for that. */
const ALONE: Surroundings = {
  enter: [
    ...["unshare", "--net", ...(process.getuid?.() === 0 ? [] : ["--user", "--map-current-user", "--keep-caps"])],
    ...["sh", "-c", 'ip link set lo up && exec "$@"', "sh"],
  ],
  join: (pid) => [
    ...["nsenter", `--target=${pid}`, "--net"],
    ...(process.getuid?.() === 0 ? [] : ["--user", "--preserve-credentials"]),
  ],
};
const [unshare = "", ...alone] = ALONE.enter;
const canBeAlone = spawnSync(unshare, [...alone, "true"]).status === 0;
if (!canBeAlone) process.stderr.write("SKIPPED: no network can be made here; a start without one is not tested.\n");

test.runIf(canBeAlone)(
  "it starts, takes a node and stops without a network",
  { timeout: WITH_A_BUILD_MS },
  async () => {
    const stack = await start(undefined, ALONE);
    const devices = spawnSync(ALONE.join(stack.pid)[0] ?? "", [...ALONE.join(stack.pid).slice(1), "ip", "-o", "link"]);
    expect(devices.stdout.toString().trim().split("\n")).toEqual([expect.stringContaining(": lo:")]);
    expect(await partsOf(stack)).toEqual(expect.arrayContaining(PARTS));
    expect((await stack.addNode("island-1", true)).token).toMatch(/^tln_/);
    expect(await stack.run("node", "list", "--json")).toContain('"island-1"');
    expect(readdirSync(join(stack.dataDir, "logs"))).toContain("web.log");
    await stop();
    expect(stack.output()).toContain("Stopped; nothing is left running.");
  },
);
