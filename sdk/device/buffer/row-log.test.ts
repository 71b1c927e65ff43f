import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { RowLog } from "./row-log";

const root = mkdtempSync(join(tmpdir(), "tl-row-log-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const FILE_BYTES = 4_096;
const origin = { boot: "01JH0000000000000000000000", clock: { source: "manual" as const, offsetMs: 0, errorMs: 1 } };

async function newLog(name: string) {
  const dataDir = join(root, name);
  const folder = join(dataDir, "rows");
  mkdirSync(folder, { recursive: true });
  const { log } = await RowLog.open(dataDir, FILE_BYTES);
  const write = (n: number) =>
    log.write(
      origin,
      [{ lane: "telemetry", first: n, rows: [{ tsMs: n, json: `{"v":{"1":${n}}}` }], monoMs: n }],
      () => [],
    );
  return { dataDir, folder, log, write };
}

test("rows go into a file that has its size already, and what is reserved counts as used", async () => {
  const { folder, log, write } = await newLog("reserve");
  const sizes = () => readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  expect(sizes()).toEqual([FILE_BYTES]);
  for (let n = 0; n < 5; n += 1) await write(n);
  expect(sizes()).toEqual([FILE_BYTES]);
  expect(log.bytes()).toBe(FILE_BYTES);
  await log.sync();
  await log.close();
  expect(sizes()[0]).toBeLessThan(FILE_BYTES / 2);
});

test("zeros behind the rows are no torn tail, a spare nobody wrote to is removed, and every row comes back over files", async () => {
  const { dataDir, folder, log, write } = await newLog("many");
  for (let n = 0; n < 200; n += 1) await write(n);
  await log.sync();
  expect(readdirSync(folder).length).toBeGreaterThan(2);
  // What a crash leaves: the files as they are, and a spare.
  writeFileSync(join(folder, "0000009000.log"), Buffer.alloc(FILE_BYTES));
  const again = await RowLog.open(dataDir, FILE_BYTES);
  expect(again.runs.flatMap((run) => run.rows.map((row) => row.tsMs))).toEqual(
    Array.from({ length: 200 }, (_, n) => n),
  );
  expect(readdirSync(folder)).not.toContain("0000009000.log");
  expect(readdirSync(dataDir)).toEqual(["rows"]);
  await again.log.close();
  await log.close();
});
