import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { openTimeSeries } from "@/db/timeseries/open";
import { untilSettled } from "@/db/testing";
import { countReadings, openTestLine, TestNode, type TestLine, waitFor } from "./testing";

const DAY_MS = 86_400_000;

let line: TestLine;
beforeAll(async () => {
  line = await openTestLine(await startTestBroker());
  await line.start();
});
afterAll(() => line.close());

test.each([
  { id: "late-weeks", agoMs: 60 * DAY_MS, keepRawMs: 30 * DAY_MS },
  { id: "late-days", agoMs: 7 * DAY_MS, keepRawMs: 0 },
])(
  "late readings of a week that the retention job dropped meanwhile are stored, not refused: $id",
  async ({ id, agoMs, keepRawMs }) => {
    await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
    const node = await TestNode.connect(line.broker, id);
    const base = Date.now() - agoMs;
    await node.birth([{ alias: 1, key: `${id}/flow` }]);
    await node.send(node.batch(0, { 1: [1, 2] }, { base, watermark: base }));
    await waitFor(() => node.upTo() === 0, "the first batch of the week");

    await untilSettled(line.db.pool);
    const job = await openTimeSeries(line.db.pool); // the jobs are another process
    const { dropped } = await job.retain(line.db.pool, { keepRawMs, nowMs: Date.now() });
    expect(dropped).not.toEqual([]);
    expect(await countReadings(line.db, `${id}/flow`)).toBe(0);

    await node.send(node.batch(1, { 1: [3, 4, 5] }, { base, watermark: base }));
    await waitFor(() => node.upTo() === 1, "the late batch");
    expect(node.acks.get("telemetry")).toMatchObject({ rejected: [] });
    expect(await countReadings(line.db, `${id}/flow`)).toBe(3);
    const { rows } = await line.db.owner.query("select from quarantine where node_id = $1", [id]);
    expect(rows).toEqual([]);
    await node.close();
  },
);
