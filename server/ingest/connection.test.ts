import { createServer, type Server, type Socket } from "node:net";
import { generate, parser } from "mqtt-packet";
import { afterEach, expect, test, vi } from "vitest";
import { openLogger } from "@/server/core/logger";
import { Connection } from "./connection";

let server: Server | null = null;
afterEach(() => server?.close());

/** Answers CONNECT and SUBSCRIBE and nothing else: a broker that has stopped to acknowledge. */
async function brokerThatAcknowledgesNothing(): Promise<{ url: string; published: string[] }> {
  const published: string[] = [];
  const listening = createServer((socket: Socket) => {
    const packets = parser({ protocolVersion: 5 });
    packets.on("packet", (packet) => {
      if (packet.cmd === "connect")
        socket.write(generate({ cmd: "connack", reasonCode: 0, sessionPresent: false }, { protocolVersion: 5 }));
      if (packet.cmd === "subscribe")
        socket.write(
          generate(
            { cmd: "suback", messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(() => 1) },
            { protocolVersion: 5 },
          ),
        );
      if (packet.cmd === "publish") published.push(packet.topic);
    });
    socket.on("data", (chunk) => packets.parse(chunk));
    socket.on("error", () => undefined); // the client may reset what it gives up
  });
  server = listening;
  await new Promise<void>((open) => listening.listen(0, "127.0.0.1", open));
  const address = listening.address();
  return { url: `mqtt://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`, published };
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
