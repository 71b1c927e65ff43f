import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { recordBrokerTrouble } from "./broker-verbs";
import { findNode } from "./queries";

const NOW = Date.UTC(2026, 10, 24, 12);
let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
  await db.owner.query("insert into nodes (id, status) values ('press-1', 'accepted'), ('press-2', 'accepted')");
});
afterAll(() => db.drop());

test("what the broker refused is seen on the page of its node, and nowhere for a name that is no node", async () => {
  await recordBrokerTrouble(db.pool, [
    { node: "press-1", kind: "publish-refused", count: 12, text: 'to "tl/1/press-2/up/state"', atMs: NOW - 2_000 },
    { node: "press-1", kind: "taken-over", count: 1, text: "another client was connected", atMs: NOW - 1_000 },
    { node: "stranger", kind: "login-refused", count: 900, text: "the token is wrong", atMs: NOW },
  ]);
  const { rows } = await db.owner.query("select node_id, kind, severity, data from events order by ts");
  expect(rows).toEqual([
    {
      node_id: "press-1",
      kind: "broker-publish-refused",
      severity: "medium",
      data: { count: 12, text: 'to "tl/1/press-2/up/state"' },
    },
    {
      node_id: "press-1",
      kind: "broker-taken-over",
      severity: "high",
      data: { count: 1, text: "another client was connected" },
    },
  ]);
  const node = await findNode(db.owner, "press-1", NOW);
  expect(node?.history.map(({ text }) => text)).toEqual([
    "broker-taken-over, another client was connected, 1×",
    'broker-publish-refused, to "tl/1/press-2/up/state", 12×',
  ]);
});
