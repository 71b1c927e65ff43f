import { randomUUID } from "node:crypto";
import { connect, type IConnackPacket } from "mqtt";

const TIMEOUT_MS = 2_000;

/** What the broker answers to a login; null when it refuses or does not answer. */
export function tryLogin(url: string): Promise<IConnackPacket | null> {
  return new Promise((done) => {
    const client = connect(url, {
      protocolVersion: 5,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: TIMEOUT_MS,
      clientId: `tl-login-${randomUUID()}`,
    });
    let answered = false;
    const finish = (connack: IConnackPacket | null) => {
      if (answered) return; // ending closes the connection, which is told once more
      answered = true;
      clearTimeout(timer);
      client.end(true, () => done(connack));
    };
    const timer = setTimeout(() => finish(null), TIMEOUT_MS);
    client.once("connect", finish);
    client.once("error", () => finish(null));
    client.once("close", () => finish(null));
  });
}
