import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { bundlePath } from "@/cli/build";
import { MAX_PACKET_BYTES, NOTICE_KINDS, type Broker, type BrokerOptions } from "./running-broker";
import { controlPortOf, demandFreeBrokerPort, superviseBroker } from "./broker-process";
import { renderPasswordFile, type Credentials } from "./credentials";

/** Messages queued for absent sessions live in this heap; past it the broker ends, is restarted, and senders send again. */
const HEAP_MB = 256;

/** The npm broker in a process of its own, so that neither its load nor its end touches the supervisor. */
export async function startAedes(options: BrokerOptions): Promise<Broker> {
  await demandFreeBrokerPort(options);
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "passwords");
  const write = (credentials: Credentials) => {
    writeFileSync(`${file}.new`, renderPasswordFile(credentials), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  write(options.credentials);
  const controlPort = await controlPortOf(dir);

  const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, bundlePath("broker")], {
    cwd: dir,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      BROKER_PORT: String(options.port),
      BROKER_CONTROL_PORT: String(controlPort),
      BROKER_HOST: options.host ?? "127.0.0.1",
      BROKER_CREDENTIALS: file,
      BROKER_MAX_PACKET_BYTES: String(MAX_PACKET_BYTES),
    },
  });
  const last: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      last.push(line);
      if (last.length > 20) last.shift();
      if (options.logFile) appendFileSync(options.logFile, `${line}\n`);
      const notice = /^Notice (\S+) (\S+) (.*)$/.exec(line);
      const kind = NOTICE_KINDS.find((known) => known === notice?.[1]);
      if (kind) options.onNotice?.({ kind, user: notice?.[2] ?? null, text: notice?.[3] ?? "" });
    });
  }
  const running = await superviseBroker("aedes", child, { ...options, controlPort }, () => last.join("\n"));
  return {
    ...running,
    setCredentials: (credentials) => {
      write(credentials);
      child.kill("SIGHUP");
    },
  };
}
