import { createServer, type Server, type Socket } from "node:net";
import { generate, type IConnackPacket, type IPublishPacket, parser } from "mqtt-packet";
import { afterEach, expect, test, vi } from "vitest";
import { openLogger } from "@/server/core/logger";
import { Connection } from "./connection";

let server: Server | null = null;
afterEach(() => server?.close());

/** Answers CONNECT and SUBSCRIBE and nothing else: a broker that has stopped to acknowledge. */
async function brokerThatAcknowledgesNothing(
  offers: IConnackPacket["properties"] = {},
): Promise<{ url: string; published: IPublishPacket[]; subscribed: string[] }> {
  const published: IPublishPacket[] = [];
  const subscribed: string[] = [];
  const listening = createServer((socket: Socket) => {
    const packets = parser({ protocolVersion: 5 });
    packets.on("packet", (packet) => {
      if (packet.cmd === "connect")
        socket.write(
          generate(
            { cmd: "connack", reasonCode: 0, sessionPresent: false, properties: offers },
            { protocolVersion: 5 },
          ),
        );
      if (packet.cmd === "subscribe") {
        subscribed.push(...packet.subscriptions.map(({ topic }) => topic));
        socket.write(
          generate(
            { cmd: "suback", messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) },
            { protocolVersion: 5 },
          ),
        );
      }
      if (packet.cmd === "publish") published.push(packet);
    });
    socket.on("data", (chunk) => packets.parse(chunk));
    socket.on("error", () => undefined); // the client may reset what it gives up
  });
  server = listening;
  await new Promise<void>((open) => listening.listen(0, "127.0.0.1", open));
  const address = listening.address();
  return {
    url: `mqtt://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    published,
    subscribed,
  };
}

test("acks that the broker never acknowledges do not keep the process from ending", async () => {
  const broker = await brokerThatAcknowledgesNothing();
  const connection = new Connection({
    url: broker.url,
    clientId: "ends-anyway",
    log: openLogger("test", "silent"),
    takeMessage: () => "now",
    connected: () => undefined,
  });
  await vi.waitFor(() => expect(connection.ready).toBe(true), { timeout: 5_000 });
  for (let batch = 0; batch < 20; batch++) connection.publishKept("tl/1/n/dn/ack/telemetry", String(batch));
  await vi.waitFor(() => expect(broker.published).toHaveLength(20));
  const startedMs = performance.now();
  await connection.close(500);
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});

test.each([
  ["says that it retains", { retainAvailable: true }, true],
  ["says nothing, which means yes", {}, true],
  ["says that it does not", { retainAvailable: false }, false],
])("what is kept is published retained where the broker %s: %j → %s", async (_name, offers, retain) => {
  const broker = await brokerThatAcknowledgesNothing({ ...offers, sharedSubscriptionAvailable: true });
  const connection = new Connection({
    url: broker.url,
    clientId: "retains",
    log: openLogger("test", "silent"),
    takeMessage: () => "now",
    connected: () => undefined,
  });
  await vi.waitFor(() => expect(connection.ready).toBe(true), { timeout: 5_000 });
  connection.publishKept("tl/1/n/dn/ack/telemetry", "{}");
  connection.publishCommand("n", "resend", "{}", 30);
  await vi.waitFor(() => expect(broker.published).toHaveLength(2));
  expect(broker.published.map((packet) => packet.retain)).toEqual([retain, false]);
  expect(broker.published[1]?.properties).toMatchObject({
    responseTopic: "tl/1/n/up/rsp",
    correlationData: expect.objectContaining({ length: 16 }),
    messageExpiryInterval: 30,
  });
  expect(broker.subscribed, "never shared, although it is offered").toEqual(["tl/1/+/up/#"]);
  await connection.close(100);
});
