import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { Aedes, type AuthenticateError } from "aedes";
import { mayPublish, maySubscribe, mayUseClientId } from "./broker-acl";
import { tokenMatches } from "@/server/core/node-token";
import { parsePasswordFile } from "./credentials";

/**
 * The embedded broker where Mosquitto is absent: a process with one port and one file of users, read again on SIGHUP.
 * A refused publish at QoS 1 is answered with 0x87 to an MQTT 5 client; at QoS 0 the protocol has no answer, so it is dropped;
 * a 3.1.1 client is disconnected, its protocol has no other way to say no. Sessions and retained messages die with the process.
 */
const BAD_USER_NAME_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;

const port = Number(process.env.BROKER_PORT);
const file = process.env.BROKER_CREDENTIALS ?? "";
let credentials = parsePasswordFile(readFileSync(file, "utf8"));
/** User of each connection, with the hash that let it in: when the file says otherwise the connection ends. */
const signedIn = new Map<object, { user: string; hash: string; close: () => void }>();

const broker = await Aedes.createBroker({
  concurrency: 200,
  queueLimit: 1000,
  maxClientsIdLength: 256,
  maximumPacketSize: Number(process.env.BROKER_MAX_PACKET_BYTES),
  receiveMaximum: 200,
  topicAliasMaximum: 16,
  sessionExpiryIntervalLimit: 48 * 3600,
  pendingSessionsLimit: 10_000,
  authenticate: (client, user, password, done) => {
    const hash = user === undefined ? undefined : credentials.get(user);
    if (user === undefined || password === undefined || hash === undefined || !tokenMatches(password, hash)) {
      return done(refusal("wrong user name or password", BAD_USER_NAME_OR_PASSWORD), null);
    }
    if (!mayUseClientId(user, client.id, (name) => credentials.has(name))) {
      deny(`CONNECT from ${user}: client id ${client.id} belongs to another user`);
      return done(refusal("this client id belongs to another user", NOT_AUTHORIZED), null);
    }
    signedIn.set(client, { user, hash, close: () => client.close() });
    done(null, true);
  },
  authorizePublish: (client, packet, done) => {
    // Without a client: a Will of an ended connection, which was checked when it signed in under the same name.
    const user = client === null ? undefined : signedIn.get(client)?.user;
    if (user !== undefined && mayPublish(user, packet.topic)) return done(null);
    deny(`PUBLISH from ${user ?? "nobody"} to ${JSON.stringify(packet.topic)}`);
    done(new Error("not authorized"));
  },
  authorizeSubscribe: (client, subscription, done) => {
    const user = signedIn.get(client)?.user;
    if (user !== undefined && maySubscribe(user, subscription.topic)) return done(null, subscription);
    deny(`SUBSCRIBE from ${user ?? "nobody"} to ${JSON.stringify(subscription.topic)}`);
    done(null, null);
  },
});

broker.on("clientDisconnect", (client) => signedIn.delete(client));
// A client's mistake ends at most that client. Without a listener the first one would end the broker.
broker.on("clientError", (client, cause) => console.log(`client ${client.id}: ${cause.message}`));
broker.on("connectionError", (client, cause) => console.log(`connection ${client.id ?? ""}: ${cause.message}`));

const server = createServer((socket) => {
  socket.setNoDelay(true);
  broker.handle(socket);
});
server.listen(port, process.env.BROKER_HOST ?? "127.0.0.1");

process.on("SIGHUP", () => {
  credentials = parsePasswordFile(readFileSync(file, "utf8"));
  for (const { user, hash, close } of signedIn.values()) if (credentials.get(user) !== hash) close();
});
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    server.close();
    broker.close(() => process.exit(0));
  });
}

function refusal(message: string, returnCode: number): AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- aedes names its codes in a const enum, which isolated modules cannot read
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- a const enum that isolated modules cannot read
  return Object.assign(new Error(message), { returnCode });
}

function deny(what: string): void {
  console.log(`Denied ${what}`);
}
