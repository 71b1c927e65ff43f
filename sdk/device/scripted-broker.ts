import { type AddressInfo, type Socket, createServer } from "node:net";
import { type IConnackPacket, type IConnectPacket, type Packet, generate, parser } from "mqtt-packet";

/**
 * A broker for tests that answers what the test wants: CONNACK properties, PUBACK codes, a DISCONNECT at any moment. Real
 * brokers send the rarer reason codes only in states that are hard to bring about.
 */
export class ScriptedBroker {
  readonly published: { topic: string; payload: Buffer; alias: number | undefined; retain: boolean }[] = [];
  /** each CONNECT: when it came (monotonic, ms) and whether its Will was to be retained */
  readonly connections: { atMs: number; willRetain: boolean }[] = [];
  connack: Partial<IConnackPacket> = {};
  /** CONNACK reason for this CONNECT, over `connack` */
  admit: (connect: IConnectPacket) => number = () => this.connack.reasonCode ?? 0;
  /** reason for the PUBACK of this publish; null gives none, a number ≥ 0x100 sends DISCONNECT with its low byte */
  answer: (topic: string, payload: Buffer) => number | null = () => 0;
  /** false: the connection ends where the SUBACK should come */
  answersSubscribe = true;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.serve(socket));

  static async start(): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker();
    await new Promise<void>((resolve) => broker.server.listen(0, "127.0.0.1", resolve));
    return broker;
  }

  get connects(): number {
    return this.connections.length;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `mqtt://127.0.0.1:${port}`;
  }

  send(packet: Packet): void {
    for (const socket of this.sockets) socket.write(generate(packet, { protocolVersion: 5 }));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const reader = parser({ protocolVersion: 5 });
    const reply = (packet: Packet) => socket.write(generate(packet, { protocolVersion: 5 }));
    reader.on("packet", (packet: Packet) => {
      if (packet.cmd === "connect") {
        this.connections.push({ atMs: performance.now(), willRetain: packet.will?.retain ?? false });
        reply({ cmd: "connack", sessionPresent: false, ...this.connack, reasonCode: this.admit(packet) });
      } else if (packet.cmd === "subscribe") {
        if (!this.answersSubscribe) {
          socket.destroy();
          return;
        }
        reply({ cmd: "suback", messageId: packet.messageId, granted: packet.subscriptions.map(() => 1) });
      } else if (packet.cmd === "pingreq") reply({ cmd: "pingresp" });
      else if (packet.cmd === "publish") {
        const payload = Buffer.from(packet.payload);
        const { topic, retain } = packet;
        this.published.push({ topic, payload, alias: packet.properties?.topicAlias, retain });
        const reason = this.answer(packet.topic, payload);
        if (reason === null) return;
        if (reason >= 0x100) {
          socket.end(generate({ cmd: "disconnect", reasonCode: reason & 0xff }, { protocolVersion: 5 }));
          return;
        }
        reply({ cmd: "puback", messageId: packet.messageId, reasonCode: reason });
      }
    });
    socket.on("data", (data) => reader.parse(data));
  }
}
