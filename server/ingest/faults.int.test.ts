import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildProcesses, bundlePath } from "@/cli/build";
import { startTestBroker, type TestBroker } from "@/cli/embedded/testing";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { openTestLine, TestNode, waitFor } from "./testing";

/** Real ingest processes, killed while nodes send: what a node was told is settled is stored, once. On the broker of TL_TEST_BROKER. */
let replicas: ChildProcess[] = [];
const ports = new WeakMap<ChildProcess, number>();

beforeAll(async () => {
  await buildProcesses();
});
afterEach(() => {
  for (const replica of replicas) replica.kill("SIGKILL");
  replicas = [];
});

async function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((found) => {
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => found(typeof address === "object" && address ? address.port : 0));
    });
  });
}

async function startReplica(db: TestDb, broker: TestBroker, name: string): Promise<ChildProcess> {
  const port = await freePort();
  const replica = spawn(process.execPath, [bundlePath("ingest")], {
    stdio: ["ignore", process.env.TL_TEST_LOG === "1" ? 2 : "ignore", "inherit"],
    env: {
      ...process.env,
      DATABASE_URL: db.appUrl,
      MQTT_URL: broker.ingestUrl,
      INGEST_PORT: String(port),
      INGEST_REPLICA: name,
      LOG_LEVEL: "info",
    },
  });
  replicas.push(replica);
  ports.set(replica, port);
  await waitFor(
    () =>
      fetch(`http://127.0.0.1:${port}/health`).then(
        (answer) => answer.ok,
        () => false,
      ),
    `replica ${name}`,
    20_000,
  );
  return replica;
}

/** A figure of `/metrics`, summed over its labels; NaN when there is none of the name. */
async function metricOf(replica: ChildProcess, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ports.get(replica)}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))].map(([, value]) =>
    Number(value),
  );
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
}

/** Sends as a node does: at most 16 batches under way, and again what stays without an ack for a second. */
async function sendAll(node: TestNode, count: number, disturb: (at: number) => Promise<void> | void): Promise<void> {
  const sealed = Array.from({ length: count }, (_, i) => node.batch(i, { 1: [i, i + 0.25, i + 0.5] }));
  const lastSent = new Map<number, number>();
  const deadline = Date.now() + 50_000;
  let disturbed = 0;
  while (node.upTo() < count - 1) {
    if (Date.now() > deadline)
      throw new Error(
        `only batch ${node.upTo()} of ${count} was acknowledged: ${JSON.stringify(node.acks.get("telemetry"))}`,
      );
    const upTo = node.upTo();
    for (let i = upTo + 1; i <= Math.min(upTo + 16, count - 1); i++) {
      if (Date.now() - (lastSent.get(i) ?? 0) < 1_000) continue;
      lastSent.set(i, Date.now());
      node.send(sealed[i] ?? {}).catch(() => undefined); // without a connection it is sent again later
    }
    if (upTo > disturbed) {
      disturbed = upTo;
      await disturb(upTo);
    }
    await new Promise((next) => setTimeout(next, 5));
  }
}

async function expectEachOnce(db: TestDb, key: string, count: number): Promise<void> {
  const { rows } = await db.owner.query(
    "select count(*)::int as n, count(distinct r.value)::int as different, sum(r.value)::float8 as sum from readings r join streams s on s.id = r.stream_id where s.key = $1",
    [key],
  );
  expect(rows[0]).toEqual({ n: count * 3, different: count * 3, sum: (count * (count - 1) * 3) / 2 + count * 0.75 });
}

async function trustedNode(db: TestDb, broker: TestBroker, id: string): Promise<TestNode> {
  await db.owner.query("insert into nodes (id, status, trusted) values ($1, 'accepted', true)", [id]);
  const node = await TestNode.connect(broker, id);
  await node.birth([{ alias: 1, key: `${id}/x` }]);
  return node;
}

describe("something is killed", () => {
  let db: TestDb;
  let broker: TestBroker;
  beforeAll(async () => {
    db = await cloneTestDb();
    broker = await startTestBroker();
  });
  afterAll(async () => {
    await broker.stop();
    await db.drop();
  });

  test("ingest is killed again and again: every acknowledged batch is stored once", async () => {
    const node = await trustedNode(db, broker, "killed");
    let kills = 0;
    let next = 40;
    let replica = await startReplica(db, broker, "a");
    await sendAll(node, 300, async (at) => {
      if (at < next) return;
      next = at + 60;
      kills++;
      replica.kill("SIGKILL");
      replica = await startReplica(db, broker, "a");
    });
    expect(kills).toBeGreaterThanOrEqual(3);
    await expectEachOnce(db, "killed/x", 300);
    await node.close();
  }, 90_000);

  test("two replicas, one killed for good: nothing is lost and nothing stored twice", async () => {
    const nodes = await Promise.all(["two-a", "two-b", "two-c"].map((id) => trustedNode(db, broker, id)));
    const [first] = await Promise.all([startReplica(db, broker, "one"), startReplica(db, broker, "two")]);
    let killed = false;
    await Promise.all(
      nodes.map((node) =>
        sendAll(node, 120, (at) => {
          if (killed || at < 40) return;
          killed = true;
          first?.kill("SIGKILL");
        }),
      ),
    );
    expect(killed).toBe(true);
    for (const node of nodes) {
      await expectEachOnce(db, `${node.id}/x`, 120);
      await node.close();
    }
  }, 90_000);

  test("the broker is killed: nodes and ingest come back by themselves", async () => {
    const node = await trustedNode(db, broker, "broken");
    const replica = await startReplica(db, broker, "b");
    let restarted = false;
    await sendAll(node, 100, async (at) => {
      if (restarted || at < 30) return;
      restarted = true;
      await broker.restart();
    });
    await expectEachOnce(db, "broken/x", 100);
    expect(await metricOf(replica, "throughline_ingest_readings_total")).toBe(300);
    expect(await metricOf(replica, "throughline_ingest_batches_total")).toBeGreaterThanOrEqual(100);
    expect(await metricOf(replica, "throughline_ingest_messages_total")).toBeGreaterThanOrEqual(101);
    expect(await metricOf(replica, "throughline_ingest_acks_total")).toBeGreaterThanOrEqual(1);
    expect(await metricOf(replica, "throughline_ingest_connected")).toBe(1);
    await node.close();
  }, 90_000);
});

test("the database goes away for two seconds: what came meanwhile is held and stored, and latest_values catches up", async () => {
  const line = await openTestLine(await startTestBroker());
  line.db.pool.on("connect", (client) => client.on("error", () => undefined)); // what the test itself breaks
  try {
    await line.start();
    const node = await trustedNode(line.db, line.broker, "held");
    const name = new URL(line.db.ownerUrl).pathname.slice(1);
    let cut = false;
    await sendAll(node, 120, async (at) => {
      if (cut || at < 30) return;
      cut = true;
      await line.db.owner.query("alter role throughline_app nologin");
      await line.db.owner.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'throughline_app' and datname = $1",
        [name],
      );
      setTimeout(() => void line.db.owner.query("alter role throughline_app login"), 2_000);
    });
    await expectEachOnce(line.db, "held/x", 120);
    await waitFor(
      async () =>
        (
          await line.db.owner.query(
            "select l.value from latest_values l join streams s on s.id = l.stream_id where s.key = 'held/x'",
          )
        ).rows[0]?.value === 119.5,
      "latest_values",
    );
    await node.close();
  } finally {
    await line.db.owner.query("alter role throughline_app login");
    await line.close();
  }
}, 90_000);

test("latest_values that a crash left behind are found again at the start", async () => {
  const line = await openTestLine(await startTestBroker());
  try {
    const first = await line.start();
    const node = await trustedNode(line.db, line.broker, "behind");
    await sendAll(node, 3, () => undefined);
    await first.close();
    await line.db.owner.query("update latest_values set ts = ts - interval '10 minutes', value = -1");
    await line.start();
    await waitFor(
      async () => (await line.db.owner.query("select value from latest_values")).rows[0]?.value === 2.5,
      "the rebuilt row",
    );
    await node.close();
  } finally {
    await line.close();
  }
});

test("poison that only the database sees goes to quarantine alone; its neighbours in the same commit are stored", async () => {
  const line = await openTestLine(await startTestBroker());
  try {
    await line.start();
    const node = await trustedNode(line.db, line.broker, "poison");
    const event = (batch: number, data: object) => ({
      ...node.batch(batch, {}),
      lane: "events",
      count: 1,
      dt: undefined,
      columns: undefined,
      rows: [{ dt: 0, kind: "alarm", data }],
    });
    await Promise.all(
      [event(0, { ok: 1 }), event(1, { text: "a\u0000b" }), event(2, { ok: 2 })].map((batch) =>
        node.send(batch, "events"),
      ),
    );
    await waitFor(() => node.upTo("events") === 2, "all three");
    expect(node.acks.get("events")?.rejected).toMatchObject([{ batch: 1, code: "CONTRACT" }]);
    const { rows } = await line.db.owner.query(
      "select (select count(*)::int from events where node_id = 'poison') as stored, (select count(*)::int from quarantine where node_id = 'poison') as kept",
    );
    expect(rows[0]).toEqual({ stored: 2, kept: 1 });
    await node.close();
  } finally {
    await line.close();
  }
});
