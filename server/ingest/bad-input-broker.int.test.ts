import mqtt from "mqtt";
import { connect as tcp } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestBroker } from "@/cli/embedded/testing";
import { BATCH_JSON } from "@/sdk/wire/batch";
import { NodeId } from "@/sdk/wire/names";
import { batchTopic } from "@/sdk/wire/topics";
import { type BadInput, good, openBadInput } from "./testing-bad-input";
import { newUlid, openTestLine, TestNode, waitFor } from "./testing";

/** Rows of the bad-input catalogue about topics, packets and logins. */
let plant: BadInput;
beforeAll(async () => {
  plant = await openBadInput();
});
afterAll(() => plant.close());

describe("what the broker refuses, or ingest does where the broker lets it through", () => {
  test("M19 another node's topic", async () => {
    const node = await plant.trusted(plant.nextId());
    const before = await plant.line.db.owner.query("select count(*)::int as n from ingest_batches");
    await node
      .publish(batchTopic("neighbour", "telemetry"), JSON.stringify({ ...plant.neighbour.batch(999, { 1: [1] }) }))
      .catch(() => undefined); // the broker answers 0x87
    await plant.othersAreFine();
    const { rows } = await plant.line.db.owner.query("select count(*)::int as n from ingest_batches");
    expect(rows[0].n - before.rows[0].n).toBe(1); // the neighbour's own
    expect(plant.line.broker.notices).toContainEqual(
      expect.objectContaining({ kind: "publish-refused", user: node.id }),
    );
    await node.close();
  });

  test.each([
    ["M20 NUL in the topic", "tl/1/{node}/up/plain/a\u0000b"],
    ["M21 # in the topic", "tl/1/{node}/up/plain/#"],
    ["M22 + in the topic", "tl/1/{node}/up/+/x"],
    ["M22 a topic of 60 kB", `tl/1/{node}/up/plain/${"x".repeat(60_000)}`],
    ["M23 a lone surrogate, as the bytes ED A0 80", "tl/1/{node}/up/plain/a\u00ed\u00a0\u0080b"],
    ["M24 200 levels", `tl/1/{node}/up/plain${"/x".repeat(200)}`],
    ["M25 $SYS", "$SYS/broker/x"],
    ["M25 $CONTROL", "$CONTROL/dynamic-security/v1"],
  ])("%s", async (_name, pattern) => {
    const id = plant.nextId();
    const { url } = await plant.line.broker.addNode(id);
    const topic = pattern.replace("{node}", id);
    const outcome = await rawPublish(url, topic);
    // Refused by the broker (a closed connection, a reason ≥ 0x80), or by ingest with its code: stored it never is.
    if (outcome === "accepted" && topic.startsWith("tl/"))
      expect(await plant.heldOf(id, "SCHEMA")).toMatchObject({ field: "topic" });
    const { rows } = await plant.line.db.owner.query("select 1 from streams where node_id = $1", [id]);
    expect(rows).toEqual([]);
    await plant.othersAreFine();
  });

  test("M27 a response topic of another node gets no answer", async () => {
    const node = await plant.trusted(plant.nextId());
    await node.publish(batchTopic(node.id, "telemetry"), JSON.stringify(good(node)), {
      properties: {
        contentType: BATCH_JSON,
        responseTopic: "tl/1/neighbour/dn/cmd/restart",
        correlationData: Buffer.alloc(16),
      },
    });
    await waitFor(() => node.upTo() === 1, "the ack");
    await plant.othersAreFine();
    expect(plant.neighbour.commands).toEqual([]);
    await node.close();
  });

  test("M28 thousands of user properties", async () => {
    const node = await plant.trusted(plant.nextId());
    const userProperties = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`p${i}`, "x"]));
    await node
      .publish(batchTopic(node.id, "telemetry"), JSON.stringify(good(node)), {
        properties: { contentType: BATCH_JSON, userProperties },
      })
      .catch(() => undefined); // some brokers refuse the packet
    if (node.client.connected) await plant.heldOf(node.id, "TOO_LARGE");
    await plant.othersAreFine();
    await node.close();
  });

  test.each([0, 1])("M29 a batch that expires after %i s is taken like any other by who listens", async (expiry) => {
    const node = await plant.trusted(plant.nextId());
    await node.publish(batchTopic(node.id, "telemetry"), JSON.stringify(good(node)), {
      properties: { contentType: BATCH_JSON, messageExpiryInterval: expiry },
    });
    await waitFor(() => node.upTo() === 1, "the ack");
    await node.close();
  });

  test.each([0, 1])(
    "M29 with nobody listening a batch that expires after %i s is accepted, not queued, and stored once when it comes again",
    async (expiry) => {
      const line = await openTestLine(await startTestBroker());
      try {
        const ingest = await line.start();
        await line.db.owner.query("insert into nodes (id, status, trusted) values ('m29', 'accepted', true)");
        const node = await TestNode.connect(line.broker, "m29");
        await node.birth([{ alias: 1, key: "m29/x" }]);
        await node.send(node.batch(0, { 1: [0] }));
        await waitFor(() => node.upTo() === 0, "the first ack");
        await ingest.close();
        const late = JSON.stringify(node.batch(1, { 1: [1] }));
        // Resolves on a PUBACK that is no refusal.
        await node.publish(batchTopic(node.id, "telemetry"), late, {
          properties: { contentType: BATCH_JSON, messageExpiryInterval: expiry },
        });
        await sleep(2_100); // brokers count whole seconds
        await line.start();
        await node.send(node.batch(2, { 1: [2] }));
        const stored = async () => {
          const { rows } = await line.db.owner.query<{ batch: number }>(
            "select batch::int as batch from ingest_batches order by 1",
          );
          return rows.map(({ batch }) => batch);
        };
        // What a broker has queued for ingest it delivers before anything newer.
        await waitFor(async () => (await stored()).includes(2), "the batch after it");
        // Mosquitto takes a lifetime of 0 s for none at all: what it then brings late is one batch more, not a fault.
        const isQueued = expiry === 0 && line.broker.kind === "mosquitto";
        expect(await stored()).toEqual(isQueued ? [0, 1, 2] : [0, 2]);
        await node.publish(batchTopic(node.id, "telemetry"), late, { properties: { contentType: BATCH_JSON } });
        await waitFor(() => node.upTo() === 2, "the ack of all three");
        expect(await stored()).toEqual([0, 1, 2]);
        const { rows } = await line.db.owner.query(
          "select (select count(*)::int from readings) as readings, (select count(*)::int from quarantine) as quarantine",
        );
        expect(rows).toEqual([{ readings: 3, quarantine: 0 }]);
        await node.close();
      } finally {
        await line.close();
      }
    },
  );

  test.each([
    ["M38 a wrong token", "tln_wrong"],
    ["M39 the token of a node that was taken out", null],
  ])("%s does not sign in", async (_name, token) => {
    const id = plant.nextId();
    const { url } = await plant.line.broker.addNode(id);
    const changed = new URL(url);
    if (token) changed.password = token;
    else plant.line.broker.removeNode(id);
    await waitFor(async () => !(await signsIn(changed.href)), "the broker to refuse the login");
    await plant.othersAreFine();
  });

  test.each([
    ["empty", ""],
    ["endless", "x".repeat(60_000)],
    ["the one of ingest", "throughline-ingest-a"],
  ])("M42 %s client id pushes nobody out", async (_name, clientId) => {
    const id = plant.nextId();
    const { url } = await plant.line.broker.addNode(id);
    const before = plant.line.broker.notices.length;
    await signsIn(url, clientId);
    await plant.othersAreFine();
    expect(plant.neighbour.client.connected).toBe(true);
    const pushedOut = plant.line.broker.notices.slice(before).filter(({ kind }) => kind === "taken-over");
    expect(pushedOut).toEqual([]);
  });

  test("M43 the second client of the same id takes the first one's place", async () => {
    const id = plant.nextId();
    const { url } = await plant.line.broker.addNode(id);
    const options = { protocolVersion: 5 as const, clientId: id, reconnectPeriod: 0 };
    const first = await mqtt.connectAsync(url, options);
    let reason: number | undefined;
    first.on("disconnect", (packet) => {
      reason = packet.reasonCode;
    });
    first.on("error", () => undefined); // the takeover itself
    const second = await mqtt.connectAsync(url, options);
    await waitFor(() => !first.connected, "the takeover");
    if (reason !== undefined) expect(reason).toBe(142);
    await second.endAsync(true);
    await plant.othersAreFine();
  });

  test("M44 a Will on another node's topic is never delivered", async () => {
    const id = plant.nextId();
    const { url } = await plant.line.broker.addNode(id);
    const client = mqtt.connect(url, {
      protocolVersion: 5,
      clientId: id,
      reconnectPeriod: 0,
      will: {
        topic: "tl/1/neighbour/up/state",
        payload: Buffer.from('{"v":1,"online":false,"boot":"x","why":"forged"}'),
        qos: 1,
        retain: false,
      },
    });
    client.on("error", () => undefined); // a broker may refuse the connection
    await waitFor(() => client.connected || client.disconnected, "an answer", 3_000).catch(() => undefined); // silence is a refusal, too
    client.stream.destroy();
    await plant.othersAreFine();
    const { rows } = await plant.line.db.owner.query("select online_why from nodes where id = 'neighbour'");
    expect(rows[0].online_why).not.toBe("forged");
    client.end(true);
  });

  test.each([
    ["M45 a subscription to everything", "tl/1/#"],
    ["M46 a share of ingest's subscription", "$share/ingest/tl/1/+/up/#"],
  ])("%s delivers nothing and steals nothing", async (_name, filter) => {
    const id = plant.nextId();
    const { url } = await plant.line.broker.addNode(id);
    const thief = await mqtt.connectAsync(url, { protocolVersion: 5, clientId: id, reconnectPeriod: 0 });
    const stolen: string[] = [];
    thief.on("message", (topic) => stolen.push(topic));
    await thief.subscribeAsync(filter, { qos: 1 }).catch(() => undefined); // refused outright by some brokers
    for (let i = 0; i < 5; i++) await plant.othersAreFine();
    expect(stolen).toEqual([]);
    await thief.endAsync(true);
  });

  test.each(["#", "a/b", "+", "..", "Pump", "-x", "", "a".repeat(64)])("M47 %j is no node id", (id) => {
    expect(NodeId.safeParse(id).success).toBe(false);
  });
});

async function signsIn(url: string, clientId = `try-${newUlid()}`): Promise<boolean> {
  try {
    const client = await mqtt.connectAsync(url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      connectTimeout: 2_000,
      clientId,
    });
    await client.endAsync(true);
    return true;
  } catch {
    return false; // refused, which is the answer
  }
}

/** A character of the topic is a byte on the wire. Not done by a client library, because they refuse or correct such topics themselves. */
async function rawPublish(url: string, topic: string): Promise<"accepted" | "refused"> {
  const { hostname, port, username, password } = new URL(url);
  const text = (value: string) => {
    const encoded = Buffer.from(value, "latin1");
    return Buffer.concat([Buffer.from([encoded.length >> 8, encoded.length & 0xff]), encoded]);
  };
  const packet = (header: number, body: Buffer) => {
    const length: number[] = [];
    for (let left = body.length; ; left >>= 7) {
      length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
      if (left <= 0x7f) break;
    }
    return Buffer.concat([Buffer.from([header, ...length]), body]);
  };
  const socket = tcp(Number(port), hostname);
  return new Promise((answered) => {
    const timer = setTimeout(() => finish("refused"), 3_000);
    const finish = (outcome: "accepted" | "refused") => {
      clearTimeout(timer);
      socket.destroy();
      answered(outcome);
    };
    socket.on("error", () => finish("refused"));
    socket.on("close", () => finish("refused"));
    socket.on("data", (data) => {
      const type = (data[0] ?? 0) >> 4;
      if (type === 2)
        socket.write(packet(0x32, Buffer.concat([text(topic), Buffer.from([0, 1, 0]), Buffer.from("1")])));
      else if (type === 4) finish((data[1] ?? 0) > 2 && (data[4] ?? 0) >= 0x80 ? "refused" : "accepted");
      else if (type === 14) finish("refused");
    });
    socket.write(
      packet(
        0x10,
        Buffer.concat([
          text("MQTT"),
          Buffer.from([5, 0xc2, 0, 60, 0]),
          text(username),
          text(username),
          text(decodeURIComponent(password)),
        ]),
      ),
    );
  });
}
