import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { Aedes, type AuthenticateError, type Client } from "aedes";
import { NodeId } from "@/sdk/wire/names";
import { tokenMatches } from "@/server/core/node-token";
import { mayPublish, maySubscribe } from "./broker-acl";
import { INGEST_USER, parsePasswordFile } from "./credentials";
import type { BrokerNotice } from "./running-broker";

/**
 * The embedded broker where Mosquitto is absent: a process with one port and one file of users, read again on SIGHUP.
 * A refused publish at QoS 1 is answered with 0x87 to an MQTT 5 client; at QoS 0 the protocol has no answer, so it is dropped;
 * a 3.1.1 client is disconnected, its protocol has no other way to say no. Sessions and retained messages die with the process.
 */
const BAD_USER_NAME_OR_PASSWORD = 4;

const port = Number(process.env.BROKER_PORT);
const controlPort = Number(process.env.BROKER_CONTROL_PORT);
const file = process.env.BROKER_CREDENTIALS ?? "";
let credentials = parsePasswordFile(readFileSync(file, "utf8"));
/** User of each connection, with the hash that let it in: when the file says otherwise the connection ends. */
const signedIn = new Map<object, { user: string; hash: string; close: () => void }>();
/** User of each connection that has ended, for the Will that the broker holds back for it. */
const ended = new WeakMap<object, string>();
/** The connection of each node: there is one, because its client id is its name. */
const connected = new Map<string, object>();

const broker = await Aedes.createBroker({
  concurrency: 200,
  queueLimit: 1000,
  maxClientsIdLength: 256,
  maximumPacketSize: Number(process.env.BROKER_MAX_PACKET_BYTES),
  receiveMaximum: 200,
  topicAliasMaximum: 16,
  sessionExpiryIntervalLimit: 48 * 3600,
  pendingSessionsLimit: 10_000,
  // A node cannot take another's place: whatever client id it asks for, it gets its own name. (Mosquitto does the same.)
  preConnect: (client, packet, done) => {
    if (!isControl(client) && packet.username !== undefined) packet.clientId = packet.username;
    done(null, true);
  },
  authenticate: (client, user, password, done) => {
    const hash = user === undefined || (user === INGEST_USER) !== isControl(client) ? undefined : credentials.get(user);
    if (user === undefined || password === undefined || hash === undefined || !tokenMatches(password, hash)) {
      tell("login-refused", user, "the user name or the token is wrong");
      return done(refusal("wrong user name or password", BAD_USER_NAME_OR_PASSWORD), null);
    }
    if (!isControl(client)) {
      if (connected.has(user)) tell("taken-over", user, "another client of this user was connected");
      connected.set(user, client);
    }
    signedIn.set(client, { user, hash, close: () => client.close() });
    done(null, true);
  },
  authorizePublish: (client, packet, done) => {
    // A Will that was held back is published when its connection is over, and only while its user may still sign in.
    const user = client === null ? undefined : (signedIn.get(client)?.user ?? willOf(client));
    // A lifetime of 0 s is over at once for who does not listen now (MQTT 5, 3.3.2.3.3); aedes takes it for none.
    if (packet.properties?.messageExpiryInterval === 0) Object.assign(packet, { messageExpiry: Date.now() });
    if (user !== undefined && mayPublish(user, packet.topic)) return done(null);
    tell("publish-refused", user, `to ${JSON.stringify(packet.topic)}`);
    done(new Error("not authorized"));
  },
  authorizeSubscribe: (client, subscription, done) => {
    const user = signedIn.get(client)?.user;
    if (user !== undefined && maySubscribe(user, subscription.topic)) return done(null, subscription);
    tell("subscribe-refused", user, `to ${JSON.stringify(subscription.topic)}`);
    done(null, null);
  },
});

broker.on("clientDisconnect", (client) => {
  const user = signedIn.get(client)?.user;
  if (user !== undefined && connected.get(user) === client) connected.delete(user);
  signedIn.delete(client);
  if (user !== undefined) ended.set(client, user);
});
// A client's mistake ends at most that client. Without a listener the first one would end the broker.
broker.on("clientError", (client, cause) => console.log(`client ${client.id}: ${cause.message}`));
broker.on("connectionError", (client, cause) => console.log(`connection ${client.id ?? ""}: ${cause.message}`));

const listen = (at: number, host: string) =>
  createServer((socket) => {
    socket.setNoDelay(true);
    broker.handle(socket);
  }).listen(at, host);
const servers = [listen(port, process.env.BROKER_HOST ?? "127.0.0.1"), listen(controlPort, "127.0.0.1")];

process.on("SIGHUP", () => {
  credentials = parsePasswordFile(readFileSync(file, "utf8"));
  for (const { user, hash, close } of signedIn.values()) if (credentials.get(user) !== hash) close();
});
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    for (const server of servers) server.close();
    broker.close(() => process.exit(0));
  });
}

function willOf(client: object): string | undefined {
  const user = ended.get(client);
  return user !== undefined && credentials.has(user) ? user : undefined;
}

function refusal(message: string, returnCode: number): AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- aedes names its codes in a const enum, which isolated modules cannot read
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- a const enum that isolated modules cannot read
  return Object.assign(new Error(message), { returnCode });
}

/** One line that the supervisor reads as a notice; user names are node ids or, as yet unchecked, anything. */
function tell(kind: BrokerNotice["kind"], user: string | undefined, text: string): void {
  console.log(`Notice ${kind} ${NodeId.safeParse(user).data ?? "?"} ${text}`);
}

/** Whether the connection came in where the control plane alone signs in. */
function isControl(client: Client): boolean {
  return "localPort" in client.conn && client.conn.localPort === controlPort;
}
