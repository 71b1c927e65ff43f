import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { countReadings, openTestLine, type TestLine, TestNode, waitFor } from "./testing";

const QUEUE_BYTES = 20_000;
let line: TestLine;
beforeAll(async () => {
  line = await openTestLine(await startTestBroker());
  await line.start("a", { maxQueueBytes: QUEUE_BYTES });
});
afterAll(() => line.close());

test("memory that is full stops the reading; what waits at the broker is taken when there is room, and credit comes back", async () => {
  await line.db.owner.query("insert into nodes (id, status, trusted) values ('slow', 'accepted', true)");
  const node = await TestNode.connect(line.broker, "slow");
  await node.birth([{ alias: 1, key: "slow/x" }]);
  await node.send(node.batch(0, { 1: [0] }));
  await waitFor(() => node.upTo() === 0, "the first ack");
  const count = 60;
  const seen = () => line.metric("throughline_ingest_messages_total");
  const queued = () => line.metric("throughline_ingest_queue_bytes");
  const before = await seen();
  const credits: number[] = [];
  node.client.on("message", () => credits.push(node.acks.get("telemetry")?.credit ?? -1));

  const lock = await line.db.owner.connect();
  let sent: Promise<unknown> = Promise.resolve();
  try {
    await lock.query("begin");
    await lock.query("select 1 from ingest_lanes where node_id = 'slow' for update");
    sent = Promise.all(Array.from({ length: count }, (_, i) => node.send(node.batch(i + 1, { 1: [i + 1] }))));
    await waitFor(async () => (await queued()) >= QUEUE_BYTES, "the memory to be full");
    await new Promise((later) => setTimeout(later, 500));
    expect(await queued(), "one message beyond the limit at most").toBeLessThan(QUEUE_BYTES + 2_000);
    expect((await seen()) - before, "the rest is not read").toBeLessThan(count);
    expect(node.upTo()).toBe(0);
  } finally {
    await lock.query("rollback");
    lock.release();
  }
  await sent;
  await waitFor(() => node.upTo() === count, "all of them");
  expect(await countReadings(line.db, "slow/x")).toBe(count + 1);
  await waitFor(() => node.acks.get("telemetry")?.credit === 16, "the whole credit");
  expect(Math.min(...credits), "the node was told to slow down").toBeLessThan(16);
  await node.close();
});
