import type { IClientPublishOptions } from "mqtt";
import { expect } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { BATCH_JSON } from "@/sdk/wire/batch";
import { openTestLine, type TestLine, TestNode, waitFor } from "./testing";

export interface Held {
  reason: string;
  field: string | null;
  message: string;
  hint: string | null;
  payload: Buffer;
  status: string;
  outcome: unknown;
}

/** A running ingest and a neighbour that sends good batches all along and must not notice what the tests send. */
export interface BadInput {
  line: TestLine;
  neighbour: TestNode;
  nextId(): string;
  /** A connected, accepted node whose first batch is stored. */
  trusted(id: string): Promise<TestNode>;
  /** Everything else goes on: the neighbour's next batch is acknowledged, and ingest says it is well. */
  othersAreFine(): Promise<void>;
  /** What was last put into quarantine of a node for this reason, once it is there. */
  heldOf(node: string, reason: string): Promise<Held>;
  close(): Promise<void>;
}

export const PROPERTIES: IClientPublishOptions = { properties: { contentType: BATCH_JSON } };

export const good = (node: TestNode, extra: object = {}) => node.batch(1, { 1: [1, 2, 3] }, extra);

export async function openBadInput(): Promise<BadInput> {
  const line = await openTestLine(await startTestBroker());
  const ingest = await line.start();
  let serial = 0;
  let sent = 0;

  async function trusted(id: string): Promise<TestNode> {
    await line.db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
    const node = await TestNode.connect(line.broker, id);
    await node.birth([
      { alias: 1, key: `${id}/x` },
      { alias: 2, key: `${id}/on`, unit: "1", type: "boolean" },
    ]);
    await node.send(node.batch(0, { 1: [0] }));
    await waitFor(() => node.upTo() === 0, `the first ack of ${id}`);
    return node;
  }

  const neighbour = await trusted("neighbour");

  async function othersAreFine(): Promise<void> {
    sent++;
    await neighbour.send(neighbour.batch(sent, { 1: [sent] }));
    await waitFor(() => neighbour.upTo() === sent, "the neighbour's ack");
    expect(ingest.health()).toMatchObject({ ok: true });
  }

  async function heldOf(node: string, reason: string): Promise<Held> {
    let found: Held | undefined;
    await waitFor(async () => {
      found = (
        await line.db.owner.query<Held>(
          "select * from quarantine where node_id = $1 and reason = $2 order by id desc limit 1",
          [node, reason],
        )
      ).rows[0];
      return found !== undefined;
    }, `${reason} of ${node} in quarantine`);
    if (!found) throw new Error("unreachable");
    return found;
  }

  return {
    line,
    neighbour,
    nextId: () => `bad-${++serial}`,
    trusted,
    othersAreFine,
    heldOf,
    close: async () => {
      await neighbour.close();
      await line.close();
    },
  };
}
