import { connect, type Socket } from "node:net";

/**
 * The least MQTT 5 client that can be a node: CONNECT, SUBSCRIBE, PUBLISH at QoS 1. A benchmark of ingest must not spend its
 * cores on its own client; packets are made before the clock starts.
 */
export class RawNode {
  /** Packets that the broker took: PUBACK without an error. */
  taken = 0;
  /** Packets that the broker answered with an error. */
  refused = 0;
  #sent = 0;
  #corked = false;
  #buffer: Buffer = Buffer.alloc(0);
  #packetId = 1;
  #closing = false;
  #ready: (() => void) | null = null;

  private constructor(
    private readonly socket: Socket,
    private readonly onAck: (payload: string) => void,
  ) {
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#read(chunk));
    // A benchmark whose node was thrown out measures nothing: end it with the reason.
    socket.on("error", (cause) => {
      throw cause;
    });
    socket.on("close", () => {
      if (!this.#closing) throw new Error("the broker ended a node's connection");
    });
  }

  static async connect(url: string, onAck: (payload: string) => void): Promise<RawNode> {
    const { hostname, port, username, password } = new URL(url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((open, failed) => socket.once("connect", open).once("error", failed));
    const node = new RawNode(socket, onAck);
    await node.#exchange(
      packet(0x10, [
        text("MQTT"),
        Buffer.from([5, 0xc2, 0, 60, 0]),
        text(username),
        text(username),
        text(decodeURIComponent(password)),
      ]),
    );
    await node.#exchange(packet(0x82, [Buffer.from([0, 1, 0]), text(`tl/1/${username}/dn/ack/+`), Buffer.from([1])]));
    return node;
  }

  /** Sends a packet made by `publishPacket`, with a packet id of its own. What one turn of the event loop publishes leaves in one write. */
  publish(prepared: Prepared): void {
    this.#packetId = (this.#packetId % 65_000) + 1;
    prepared.bytes.writeUInt16BE(this.#packetId, prepared.idAt);
    if (!this.#corked) {
      this.#corked = true;
      this.socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.socket.uncork();
      });
    }
    this.#sent += 1;
    this.socket.write(Buffer.from(prepared.bytes)); // a copy: the same packet may be sent again before this one left
  }

  /** Packets that the broker has not answered. */
  get inFlight(): number {
    return this.#sent - this.taken - this.refused;
  }

  get queuedBytes(): number {
    return this.socket.writableLength;
  }

  close(): void {
    this.#closing = true;
    this.socket.destroy();
  }

  async #exchange(bytes: Buffer): Promise<void> {
    this.socket.write(bytes);
    await new Promise<void>((done) => {
      this.#ready = done;
    });
  }

  #read(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const { length, at } = readLength(this.#buffer, 1);
      if (at < 0 || this.#buffer.length < at + length) return;
      this.#packet(this.#buffer[0] ?? 0, this.#buffer.subarray(at, at + length));
      this.#buffer = this.#buffer.subarray(at + length);
    }
  }

  #packet(header: number, body: Buffer): void {
    const type = header >> 4;
    if (type === 2 && body[1] !== 0) throw new Error(`the broker refused the login: ${body[1]}`);
    if (type === 2 || type === 9) this.#ready?.();
    if (type === 4) {
      // PUBACK: the reason may be left out when it is success.
      if ((body[2] ?? 0) < 0x80) this.taken += 1;
      else this.refused += 1;
    }
    if (type !== 3) return;
    let at = 2 + body.readUInt16BE(0);
    if ((header & 0x06) !== 0) {
      this.socket.write(Buffer.from([0x40, 2, body[at] ?? 0, body[at + 1] ?? 0]));
      at += 2;
    }
    const properties = readLength(body, at);
    this.onAck(body.subarray(properties.at + properties.length).toString());
  }
}

export interface Prepared {
  bytes: Buffer;
  idAt: number;
}

export function publishPacket(
  topic: string,
  payload: Buffer,
  userProperties: Readonly<Record<string, string>> = {},
): Prepared {
  const name = text(topic);
  const properties = Buffer.concat([
    Buffer.from([0x03]),
    text("application/vnd.throughline.batch+json"),
    ...Object.entries(userProperties).flatMap(([key, value]) => [Buffer.from([0x26]), text(key), text(value)]),
  ]);
  const bytes = packet(0x32, [name, Buffer.from([0, 0]), length(properties.length), properties, payload]);
  return { bytes, idAt: readLength(bytes, 1).at + name.length };
}

function packet(header: number, parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([header]), length(body.length), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function length(value: number): Buffer {
  const bytes: number[] = [];
  do {
    bytes.push((value % 128) | (value > 127 ? 0x80 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(bytes);
}

function readLength(bytes: Buffer, at: number): { length: number; at: number } {
  let value = 0;
  for (let shift = 1; at < bytes.length; shift *= 128) {
    const byte = bytes[at++] ?? 0;
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return { length: value, at };
  }
  return { length: 0, at: -1 };
}
