import { createConnection } from "node:net";
import { connect as connectLater, connectAsync, type IClientOptions, type IConnackPacket, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MAX_BATCH_BYTES } from "@/sdk/wire/batch";
import { networkAddress } from "./broker-address";
import type { BrokerKind } from "./running-broker";
import { startTestBroker, type TestBroker } from "./testing";

const kinds: BrokerKind[] = ["mosquitto", "aedes"];

describe.each(kinds)("the embedded broker %s", (kind) => {
  let broker: TestBroker;
  const clients: MqttClient[] = [];

  beforeAll(async () => {
    broker = await startTestBroker({ kind });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  });
  afterAll(() => broker.stop());

  async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      connectTimeout: 2_000,
      ...options,
    });
    client.on("error", () => undefined);
    clients.push(client);
    return client;
  }
  function listen(client: MqttClient): string[] {
    const heard: string[] = [];
    client.on("message", (topic, payload) => heard.push(`${topic} ${payload.toString()}`));
    return heard;
  }

  test("carries a node's batch up and its acknowledgement down", async () => {
    const node = await connect((await broker.addNode("press-1")).url);
    const ingest = await connect(broker.ingestUrl);
    const [atNode, atIngest] = [listen(node), listen(ingest)];
    await node.subscribeAsync("tl/1/press-1/dn/ack/+", { qos: 1 });
    await ingest.subscribeAsync("tl/1/+/up/#", { qos: 1 });
    await node.publishAsync("tl/1/press-1/up/batch/telemetry", "batch", { qos: 1 });
    await ingest.publishAsync("tl/1/press-1/dn/ack/telemetry", "ack", { qos: 1 });
    await expect.poll(() => atIngest).toEqual(["tl/1/press-1/up/batch/telemetry batch"]);
    await expect.poll(() => atNode).toEqual(["tl/1/press-1/dn/ack/telemetry ack"]);
  });

  test("refuses a publish outside the node's own up/ with 0x87, delivers nothing of it and tells of it", async () => {
    const node = await connect((await broker.addNode("press-1")).url);
    await broker.addNode("press-2");
    const ingest = await connect(broker.ingestUrl);
    const heard = listen(ingest);
    await ingest.subscribeAsync("tl/1/+/up/#", { qos: 1 });
    for (const topic of ["tl/1/press-2/up/batch/telemetry", "tl/1/press-1/dn/ack/telemetry", "uns/1/acme/x", "else"]) {
      const before = broker.notices.length;
      await expect(node.publishAsync(topic, "forged", { qos: 1 }), topic).rejects.toMatchObject({ code: 0x87 });
      await node.publishAsync(topic, "forged", { qos: 0 });
      await expect.poll(() => broker.notices.length, { message: topic }).toBeGreaterThan(before);
    }
    expect(new Set(broker.notices.map(({ kind, user }) => `${kind} ${user}`))).toContain("publish-refused press-1");
    await node.publishAsync("tl/1/press-1/up/state", "after", { qos: 1 });
    await expect.poll(() => heard).toEqual(["tl/1/press-1/up/state after"]);
  });

  test("delivers nothing of a neighbour, whatever the node subscribes to", async () => {
    const spy = await connect((await broker.addNode("press-1")).url);
    const victim = await connect((await broker.addNode("press-2")).url);
    const ingest = await connect(broker.ingestUrl);
    const heard = listen(spy);
    for (const filter of ["#", "tl/#", "tl/1/+/up/#", "tl/1/press-2/dn/#", "tl/1/+/dn/ack/+"])
      await spy.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
    await spy.subscribeAsync("tl/1/press-1/dn/desired", { qos: 1 });
    await victim.publishAsync("tl/1/press-2/up/state", "secret", { qos: 1 });
    await ingest.publishAsync("tl/1/press-2/dn/ack/telemetry", "secret", { qos: 1 });
    await ingest.publishAsync("tl/1/press-1/dn/desired", "mine", { qos: 1 });
    await expect.poll(() => heard.filter((line) => line.includes("mine"))).not.toHaveLength(0);
    expect(heard.filter((line) => line.includes("secret"))).toEqual([]);
  });

  test("admits nobody without a name, with a wrong token, or with the token of another", async () => {
    const { token } = await broker.addNode("press-1");
    await broker.addNode("press-2");
    await expect(connect(broker.url)).rejects.toThrow();
    await expect(connect(broker.url, { username: "press-1", password: "tln_wrong" })).rejects.toThrow();
    await expect(connect(broker.url, { username: "press-2", password: token })).rejects.toThrow();
    await expect(connect(broker.url, { username: "nobody", password: token })).rejects.toThrow();
  });

  test("a node has the client id of its name, whatever it asks for, so it pushes nobody else out", async () => {
    const victim = await connect((await broker.addNode("press-2")).url, { clientId: "press-2" });
    const ingest = await connect(broker.ingestUrl, { clientId: "throughline-ingest-1" });
    const { url } = await broker.addNode("press-1");
    let isDisturbed = false;
    for (const client of [victim, ingest]) client.on("close", () => (isDisturbed = true));
    for (const clientId of ["press-2", "throughline-ingest-1", "throughline-ingest", "anything"]) {
      const intruder = await connect(url, { clientId });
      await intruder.publishAsync("tl/1/press-1/up/state", clientId, { qos: 1 });
      await intruder.endAsync();
    }
    await victim.publishAsync("tl/1/press-2/up/state", "still here", { qos: 1 });
    await ingest.publishAsync("tl/1/press-2/dn/desired", "still here", { qos: 1 });
    expect(isDisturbed).toBe(false);
  });

  test("the control plane has a way in of its own: its replicas keep their names, and no node comes in there", async () => {
    const { url } = await broker.addNode("press-1");
    const [first, second] = [
      await connect(broker.ingestUrl, { clientId: "throughline-ingest-1" }),
      await connect(broker.ingestUrl, { clientId: "throughline-ingest-2" }),
    ];
    const control = new URL(broker.ingestUrl);
    const asNode = new URL(url);
    asNode.port = control.port;
    await expect(connect(asNode.href)).rejects.toThrow();
    control.port = new URL(url).port;
    await expect(connect(control.href)).rejects.toThrow();
    expect([first.connected, second.connected]).toEqual([true, true]);
  });

  test("M43 of two clients with one login the second takes the first one's place, and the broker tells of it", async () => {
    const { url } = await broker.addNode("press-1");
    const first = await connect(url, { clientId: "one" });
    let reason: number | undefined;
    let isClosed = false;
    first.on("disconnect", (packet) => (reason = packet.reasonCode));
    first.on("close", () => (isClosed = true));
    const before = broker.notices.length;
    await connect(url, { clientId: "other" });
    await expect.poll(() => isClosed).toBe(true);
    expect([undefined, 142]).toContain(reason);
    await expect
      .poll(() => broker.notices.slice(before).map(({ kind, user }) => `${kind} ${user}`))
      .toContain("taken-over press-1");
  });

  test("a refused login is told of, with the name where the broker knows it", async () => {
    await broker.addNode("press-1");
    const before = broker.notices.length;
    await expect(connect(broker.url, { username: "press-1", password: "tln_wrong" })).rejects.toThrow();
    await expect
      .poll(() => broker.notices.slice(before))
      .toContainEqual(expect.objectContaining({ kind: "login-refused", user: kind === "aedes" ? "press-1" : null }));
  });

  test("a new token locks the old one out and leaves the neighbours connected", async () => {
    const old = await broker.addNode("press-1");
    const neighbour = await connect((await broker.addNode("press-2")).url);
    const client = await connect(old.url);
    let [closed, neighbourClosed] = [false, false];
    client.on("close", () => {
      closed = true;
    });
    neighbour.on("close", () => {
      neighbourClosed = true;
    });
    const renewed = await broker.addNode("press-1");
    await expect.poll(() => closed, { timeout: 5_000 }).toBe(true);
    await expect(connect(old.url)).rejects.toThrow();
    await connect(renewed.url);
    expect(neighbourClosed).toBe(false);
  });

  test("a removed node is disconnected and stays out", async () => {
    const { url } = await broker.addNode("press-3");
    const client = await connect(url);
    let closed = false;
    client.on("close", () => {
      closed = true;
    });
    broker.removeNode("press-3");
    await expect.poll(() => closed, { timeout: 5_000 }).toBe(true);
    await expect(connect(url)).rejects.toThrow();
  });

  test("says in CONNACK how large a packet may be: a sealed batch fits", async () => {
    const client = connectLater(broker.ingestUrl, { protocolVersion: 5, reconnectPeriod: 0 });
    clients.push(client);
    const connack = await new Promise<IConnackPacket>((done) => client.once("connect", done));
    expect(connack.properties?.maximumPacketSize).toBeGreaterThan(MAX_BATCH_BYTES);
    if (kind === "aedes") expect(connack.properties?.sharedSubscriptionAvailable).toBe(false);
    await client.publishAsync("tl/1/press-1/dn/desired", Buffer.alloc(MAX_BATCH_BYTES), { qos: 1 });
  });

  test("comes back on the same port with the same users after a kill", async () => {
    const { url } = await broker.addNode("press-1");
    await broker.kill();
    await expect(connect(url)).rejects.toThrow();
    await broker.restart();
    const node = await connect(url);
    await node.publishAsync("tl/1/press-1/up/state", "again", { qos: 1 });
  });
});

const outside = networkAddress("0.0.0.0");

test.each(kinds)("%s listens to this machine only, unless it is told to listen to the network", async (kind) => {
  const reach = (url: string) =>
    new Promise<boolean>((done) => {
      const socket = createConnection({ host: outside, port: Number(new URL(url).port) });
      socket.once("connect", () => done(socket.destroy() && true)).once("error", () => done(false));
    });
  const closed = await startTestBroker({ kind });
  const open = await startTestBroker({ kind, host: "0.0.0.0" });
  try {
    // a machine without a network has no address to be kept out from
    if (outside !== "127.0.0.1") expect(await reach(closed.url)).toBe(false);
    expect(await reach(open.url)).toBe(true);
    const { url } = await open.addNode("press-1");
    await (
      await connectAsync(url.replace("127.0.0.1", outside), { protocolVersion: 5, reconnectPeriod: 0 })
    ).endAsync();
  } finally {
    await Promise.all([closed.stop(), open.stop()]);
  }
});
