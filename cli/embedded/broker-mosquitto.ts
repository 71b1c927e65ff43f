import { spawn } from "node:child_process";
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { MAX_PACKET_BYTES, type Broker, type BrokerOptions } from "./running-broker";
import { MOSQUITTO_ACL } from "./broker-acl";
import { demandFreeBrokerPort, superviseBroker } from "./broker-process";
import { renderPasswordFile, type Credentials } from "./credentials";

interface Identity {
  uid: number;
  gid: number;
}

/**
 * Mosquitto as a child of ours, on the loopback unless told otherwise, with a generated configuration. As root it runs as an unprivileged user:
 * files are made for that user, and lie in a temporary folder when it cannot reach the project (under /root, say).
 */
export async function startMosquitto(program: string, options: BrokerOptions): Promise<Broker> {
  await demandFreeBrokerPort(options);
  const identity = process.getuid?.() === 0 ? unprivilegedUser() : null;
  const dir = prepareFolder(options.dir, identity);
  const write = (name: string, text: string) => writeFor(identity, join(dir, name), text);
  write("acl", MOSQUITTO_ACL);
  write("passwords", renderPasswordFile(options.credentials));
  write("mosquitto.conf", configuration(dir, options));

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
      // The log type that tells of refusals also tells of every packet: keep the one, drop the other.
      const isRefusal = /^\S+ Denied (PUBLISH|SUBSCRIBE)/.test(line);
      if (/^\S+ (Sending |Received |\t|No will message|Will message)/.test(line)) return;
      last.push(line);
      if (last.length > 20) last.shift();
      if (options.logFile) appendFileSync(options.logFile, `${line}\n`);
      if (isRefusal) options.onRefused?.(line.replace(/^\S+ /, ""));
    });
  }
  const running = await superviseBroker("mosquitto", child, options, () => last.join("\n"));
  return {
    ...running,
    setCredentials: (credentials: Credentials) => {
      write("passwords", renderPasswordFile(credentials));
      child.kill("SIGHUP");
    },
  };
}

function configuration(dir: string, options: BrokerOptions): string {
  const lines = [
    `listener ${options.port} ${options.host ?? "127.0.0.1"}`,
    "allow_anonymous false",
    `password_file ${join(dir, "passwords")}`,
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
    ...(options.onRefused ? ["log_type debug"] : []),
    "connection_messages false",
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

function prepareFolder(wanted: string, identity: Identity | null): string {
  const promised = resolve(wanted);
  mkdirSync(promised, { recursive: true, mode: 0o700 });
  if (!identity) return promised;
  const reachable = canReach(dirname(promised), identity)
    ? promised
    : mkdtempSync(join(tmpdir(), "throughline-broker-"));
  chownSync(reachable, identity.uid, identity.gid);
  return reachable;
}

function canReach(path: string, user: Identity): boolean {
  for (let at = path; ; at = dirname(at)) {
    const info = statSync(at);
    const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
    if ((info.mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function unprivilegedUser(): Identity {
  const entries = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const wanted of ["mosquitto", "nobody"]) {
    const entry = entries.find(([name]) => name === wanted);
    const uid = Number(entry?.[2]);
    const gid = Number(entry?.[3]);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new RangeError(
    "This system has neither a user `mosquitto` nor `nobody`, and a broker must not run as root. Start Throughline as an ordinary user.",
  );
}
