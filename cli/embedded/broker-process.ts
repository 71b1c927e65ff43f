import type { ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { localAddress } from "./broker-address";
import { BrokerError, type Broker, type BrokerKind, type BrokerOptions } from "./running-broker";

const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;

/** The part of a Broker that is the same in both homes: waits until the port answers, stops, kills. */
export async function superviseBroker(
  kind: BrokerKind,
  child: ChildProcess,
  { port, host = "127.0.0.1", controlPort }: Pick<BrokerOptions, "port" | "host"> & { controlPort: number },
  said: () => string,
): Promise<Omit<Broker, "setCredentials">> {
  const address = localAddress(host);
  let ended = false;
  const exited = new Promise<{ code: number | null; signal: string | null }>((done) => {
    child.once("exit", (code, signal) => done({ code, signal }));
    child.once("error", () => done({ code: null, signal: null }));
  }).then((how) => {
    ended = true;
    return how;
  });
  for (
    const deadline = Date.now() + START_TIMEOUT_MS;
    !((await answers(address, port)) && (await answers("127.0.0.1", controlPort)));
    await sleep(20)
  ) {
    if (!ended && Date.now() < deadline) continue;
    child.kill("SIGKILL");
    throw new BrokerError(
      "failed",
      `The MQTT broker (${kind}) did not start. It said:\n${said().trim() || "(nothing)"}`,
    );
  }
  if (child.pid === undefined) throw new BrokerError("failed", `The MQTT broker (${kind}) did not start.`);
  return {
    kind,
    url: `mqtt://${address}:${port}`,
    controlUrl: `mqtt://127.0.0.1:${controlPort}`,
    pid: child.pid,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** @throws {BrokerError} when another program listens on the port */
export async function demandFreeBrokerPort({
  port,
  host = "127.0.0.1",
}: Pick<BrokerOptions, "port" | "host">): Promise<void> {
  await new Promise<void>((free, refuse) => {
    const probe = createServer();
    probe.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code === "EADDRINUSE")
        refuse(
          new BrokerError(
            "port_busy",
            `Port ${port} is used by another program, so the MQTT broker cannot listen there. Stop that program, set MQTT_PORT to a free port, or set MQTT_URL to use the broker that is there.`,
            { cause },
          ),
        );
      else if (cause.code === "EACCES")
        refuse(
          new BrokerError(
            "permission",
            `Port ${port} needs more rights than this user has. Set MQTT_PORT to a port above 1023.`,
            { cause },
          ),
        );
      else if (cause.code === "EADDRNOTAVAIL")
        refuse(
          new BrokerError(
            "failed",
            `This machine has no address ${host}. Set MQTT_HOST to one of its own, or to 0.0.0.0 for all of them.`,
            { cause },
          ),
        );
      else refuse(cause);
    });
    probe.listen(port, host, () => probe.close(() => free()));
  });
}

/** Below the range that systems give to outgoing connections, so that it is still free when the broker is started again. */
const CONTROL_PORTS = { from: 20_000, to: 30_000 } as const;
const CONTROL_PORT_TRIES = 50;

/**
 * The port of the control plane's own listener. It stays the same for a folder as long as nobody else takes it, because
 * ingest comes back to it after the broker was killed.
 */
export async function controlPortOf(dir: string): Promise<number> {
  const note = join(dir, "control-port");
  const before = existsSync(note) ? Number(readFileSync(note, "utf8")) : 0;
  if (Number.isInteger(before) && before > 0 && (await isFree(before))) return before;
  for (let tried = 0; tried < CONTROL_PORT_TRIES; tried += 1) {
    const port = randomInt(CONTROL_PORTS.from, CONTROL_PORTS.to);
    if (!(await isFree(port))) continue;
    writeFileSync(note, String(port), { mode: 0o600 });
    return port;
  }
  throw new BrokerError("failed", "No free port was found for the control plane's own way into the broker.");
}

function isFree(port: number): Promise<boolean> {
  return demandFreeBrokerPort({ port }).then(
    () => true,
    () => false,
  );
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ host, port });
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
}
