import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProcesses, bundlePath } from "@/cli/build";
import { startTestBroker } from "@/cli/embedded/testing";
import { bufferOf, readNote, toldOf } from "@/cli/history/note";
import { readBack } from "@/cli/history/read-back";
import { readBuffer } from "@/cli/history/testing";
import { openTimeSeries } from "@/db/timeseries/open";
import { simulatorStreams } from "@/edge-worker/adapters/simulator/simulator";
import { openDevice } from "@/sdk/device/device";
import { systemContext } from "@/server/core/context";
import { getWhatToLookAt } from "@/server/demo/queries";
import { noteHistory } from "@/server/demo/verbs";
import { openTestLine, type TestLine, waitFor } from "@/server/ingest/testing";
import { trainDemoModels } from "@/server/models/train-demo";

const UNTIL = "2026-11-01T10:00:00Z";
let folder = "";
let line: TestLine;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tl-seed-"));
  await buildProcesses();
  line = await openTestLine(await startTestBroker());
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await line.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  child: ChildProcess;
  ended: Promise<{ code: number | null; said: string }>;
}

function seedRun(dataDir: string, ...args: string[]): Run {
  const child = spawn(process.execPath, [bundlePath("cli"), "seed", "run", "--until", UNTIL, ...args], {
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", THROUGHLINE_DATA: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, said }))) };
}

const sealedBytes = (dataDir: string): number => {
  const lane = join(bufferOf(dataDir, "cold-store-1"), "lanes", "telemetry");
  return existsSync(lane) ? readdirSync(lane).reduce((sum, name) => sum + statSync(join(lane, name)).size, 0) : 0;
};

test("a run that is killed goes on where it was: the same rows as one that was not, none twice, and a third run changes nothing", async () => {
  const [killed, whole] = [join(folder, "killed"), join(folder, "whole")];
  const args = ["--node", "cold-store-1", "--days", "60"];
  const { child, ended } = seedRun(killed, ...args);
  await waitFor(() => sealedBytes(killed) > 30_000, "some batches to be sealed", 30_000);
  child.kill("SIGKILL");
  await ended;
  const part = await readBuffer(bufferOf(killed, "cold-store-1"));
  expect(readNote(killed, "cold-store-1")?.readings).toBeNull();

  for (const dataDir of [killed, whole, killed]) {
    const { code, said } = await seedRun(dataDir, ...args).ended;
    expect(code, said).toBe(0);
  }
  const [after, other] = [
    await readBuffer(bufferOf(killed, "cold-store-1")),
    await readBuffer(bufferOf(whole, "cold-store-1")),
  ];
  expect(part.rows.telemetry).toBeLessThan(after.rows.telemetry ?? 0);
  expect(after).toEqual(other);
  expect(after.backfill).toBe(true);
  expect(after.spanMs, "ingest refuses a batch over more than 31 days").toBeLessThan(31 * 86_400_000);
  expect(after.rows.telemetry).toBe(readNote(killed, "cold-store-1")?.readings);
});

test("the past of a node goes through broker and ingest, beside what the node sends now, and reads back whole", async () => {
  const node = "edge-lyon-1";
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  for (const dataDir of [one, two]) {
    await trainDemoModels(join(dataDir, "demo", "models"), 1);
    const { code, said } = await seedRun(dataDir, "--node", node, "--days", "3").ended;
    expect(code, said).toBe(0);
  }
  const held = await readBuffer(bufferOf(one, node));
  expect(held, "the same seed and end").toEqual(await readBuffer(bufferOf(two, node)));

  await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [node]);
  const { token } = await line.broker.addNode(node);
  const told = toldOf([readNote(one, node)]);
  const { db } = line;
  await noteHistory(await systemContext(db.pool, "test"), told);
  const before = await readBack(db.pool);
  expect(before.filter(({ state }) => state === "fail").length).toBeGreaterThan(3);
  expect((await getWhatToLookAt(db.pool)).arriving?.arrived).toBe(0);

  await line.start();
  const device = await openDevice({
    node,
    url: line.broker.url,
    token,
    dataDir: bufferOf(one, node),
    streams: simulatorStreams({ plant: "pump-house", seed: 1, scale: 1 }),
    slots: () => [{ slot: "pump-health", committed: null, trial: null }],
  });
  const nowMs = Date.now();
  try {
    await device.write({ tsMs: nowMs, values: { "pump-2/discharge-pressure": 4 } });
    await waitFor(
      () => Object.values(device.stats().lanes).every(({ batches, unsealedRows }) => batches + unsealedRows === 0),
      "the buffer to empty",
    );
    expect(device.stats().rejectedBatches).toBe(0);
  } finally {
    await device.close();
  }
  await (await openTimeSeries(db.pool)).rollUp(db.pool);
  const findings = await readBack(db.pool);
  expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(findings.map(({ check }) => check)).toEqual(
    expect.arrayContaining(["ledger", "rows", "rollups", "records", "story"]),
  );

  const card = await getWhatToLookAt(db.pool);
  expect(card.arriving).toBeNull();
  const stream = await db.owner.query<{ id: number; rate: number; n: number }>(
    `select s.id, s.rate_hz as rate, (select count(*)::int from readings r where r.stream_id = s.id) as n
     from streams s where key = 'pump-2/discharge-pressure'`,
  );
  expect(stream.rows, "history and live are one stream, at the rate that it promises now").toEqual([
    { id: stream.rows[0]?.id, rate: 1, n: (held.rows.telemetry ?? 0) + 1 },
  ]);
  const drift = card.stories.find(({ id }) => id === "sensor-drift");
  expect(drift?.href).toMatch(new RegExp(`^/streams/${stream.rows[0]?.id}\\?from=2026-10-\\S+Z&to=2026-10-\\S+Z$`));
  const { rows: nodes } = await db.owner.query("select boot, slots from nodes where id = $1", [node]);
  expect(nodes, "the birth of the past does not make the node old").toEqual([
    { boot: device.boot, slots: [{ slot: "pump-health", committed: null, trial: null }] },
  ]);
});

test("what cannot be is refused with its fix", async () => {
  const unknown = await seedRun(join(folder, "no"), "--node", "edge-lyon-9").ended;
  expect(unknown).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^error: .*edge-lyon-9.*\nfix: .*edge-lyon-1/),
  });
  const few = await seedRun(join(folder, "no"), "--days", "2").ended;
  expect(few).toMatchObject({ code: 64, said: expect.stringMatching(/--days is "2".*\nfix: .*from 3 to 365/) });
});
