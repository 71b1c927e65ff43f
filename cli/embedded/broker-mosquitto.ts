import { spawn } from "node:child_process";
import { appendFileSync, chownSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { MAX_PACKET_BYTES, type Broker, type BrokerNotice, type BrokerOptions } from "./running-broker";
import { MOSQUITTO_ACL } from "./broker-acl";
import { type Identity, prepareBrokerHome } from "./broker-home";
import { controlPortOf, demandFreeBrokerPort, superviseBroker } from "./broker-process";
import { renderPasswordFile, splitCredentials, type Credentials } from "./credentials";

/**
 * Mosquitto as a child of ours, on the loopback unless told otherwise, with a generated configuration. As root it runs as an unprivileged
 * user, with files where that user can reach them.
 */
export async function startMosquitto(program: string, options: BrokerOptions): Promise<Broker> {
  await demandFreeBrokerPort(options);
  const { dir, runAs: identity } = prepareBrokerHome(options.dir);
  const write = (name: string, text: string) => writeFor(identity, join(dir, name), text);
  write("acl", MOSQUITTO_ACL);
  const writeCredentials = (credentials: Credentials) => {
    const { nodes, control } = splitCredentials(credentials);
    write("passwords", renderPasswordFile(nodes));
    write("control-passwords", renderPasswordFile(control));
  };
  writeCredentials(options.credentials);
  const controlPort = await controlPortOf(resolve(options.dir));
  write("mosquitto.conf", configuration(dir, options, controlPort));

  const child = spawn(program, ["-c", join(dir, "mosquitto.conf")], {
    ...(identity ?? {}),
    cwd: dir,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "", NODE_ENV: "production" },
  });
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      // The log types that tell of refusals also tell of every packet and connection: keep the ones, drop the others.
      if (/^\S+ (Sending |Received |\t|No will message|Will message|New c|Client \S+ disconnected\.)/.test(line))
        return;
      last.push(line);
      if (last.length > 20) last.shift();
      if (options.logFile) appendFileSync(options.logFile, `${line}\n`);
      const notice = readNotice(line.replace(/^\S+ /, ""));
      if (notice) options.onNotice?.(notice);
    });
  }
  const running = await superviseBroker("mosquitto", child, { ...options, controlPort }, () => last.join("\n"));
  return {
    ...running,
    setCredentials: (credentials: Credentials) => {
      writeCredentials(credentials);
      child.kill("SIGHUP");
    },
  };
}

/** One line of Mosquitto's log as what a person should hear of. Its client ids are user names, except the control plane's. */
function readNotice(line: string): BrokerNotice | null {
  const denied = /^Denied (PUBLISH|SUBSCRIBE)(?: from (\S+))?/.exec(line);
  if (denied)
    return {
      kind: denied[1] === "PUBLISH" ? "publish-refused" : "subscribe-refused",
      user: denied[2] ?? null,
      text: line,
    };
  const taken = /^Client (\S+) already connected, closing old connection/.exec(line);
  if (taken) return { kind: "taken-over", user: taken[1] ?? null, text: line };
  // Mosquitto does not say whose password was wrong.
  if (/^Client \S+ disconnected, not authorised/.test(line)) return { kind: "login-refused", user: null, text: line };
  return null;
}

function configuration(dir: string, options: BrokerOptions, controlPort: number): string {
  const lines = [
    "per_listener_settings true",
    `listener ${options.port} ${options.host ?? "127.0.0.1"}`,
    "allow_anonymous false",
    `password_file ${join(dir, "passwords")}`,
    `acl_file ${join(dir, "acl")}`,
    // A node cannot take another's place: whatever client id it asks for, it gets its own name.
    "use_username_as_clientid true",
    `listener ${controlPort} 127.0.0.1`,
    "allow_anonymous false",
    `password_file ${join(dir, "control-passwords")}`,
    `acl_file ${join(dir, "acl")}`,
    "persistence true",
    `persistence_location ${dir}/`,
    "autosave_interval 60",
    "persistent_client_expiration 2d",
    // The SDK's own window (16 batches) is far below these; they bound what plain publishers can pile up for an absent reader.
    "max_inflight_messages 200",
    "max_queued_messages 20000",
    "max_queued_bytes 67108864",
    `max_packet_size ${MAX_PACKET_BYTES}`,
    "set_tcp_nodelay true",
    "log_dest stderr", // stdout would be held back until 4 kB have come together
    "log_timestamp_format %Y-%m-%dT%H:%M:%S",
    "log_type error",
    "log_type warning",
    "log_type notice",
    ...(options.onNotice ? ["log_type debug"] : []),
    `connection_messages ${options.onNotice ? "true" : "false"}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** Files appear complete or not at all: Mosquitto may read at any moment. */
function writeFor(identity: Identity | null, path: string, text: string): void {
  const partial = `${path}.new`;
  writeFileSync(partial, text, { mode: 0o600 });
  if (identity) chownSync(partial, identity.uid, identity.gid);
  renameSync(partial, path);
}
