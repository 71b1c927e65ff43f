import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { buildProcesses } from "@/cli/build";
import { startBroker } from "./broker";
import { removeBrokerData } from "./broker-home";
import { endWithUs } from "./testing-guard";
import type { BrokerKind, BrokerNotice } from "./running-broker";
import { hashToken, newNodeToken } from "@/server/core/node-token";
import { INGEST_USER } from "./credentials";

export interface TestBroker {
  readonly kind: BrokerKind;
  readonly pid: number;
  readonly folder: string;
  /** Without user; for nodes. */
  readonly url: string;
  /** With the control plane's user. */
  readonly ingestUrl: string;
  /** What the broker refused and who was pushed out, oldest first. */
  readonly notices: readonly BrokerNotice[];
  /** Registers a node (or gives it a new token); resolves when the broker accepts the login. `url` holds user and token. */
  addNode(id: string): Promise<{ token: string; url: string }>;
  removeNode(id: string): void;
  /** Ends the broker as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same users; after `kill`, or instead of it. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A real broker for one test file, on a free port. TL_TEST_BROKER=mosquitto|aedes selects the default. */
export async function startTestBroker({
  kind = defaultKind(),
  host,
}: {
  kind?: BrokerKind;
  host?: string;
} = {}): Promise<TestBroker> {
  if (kind === "aedes") await buildProcesses();
  const dir = mkdtempSync(join(tmpdir(), "tl-test-broker-"));
  const port = await freePort();
  const ingestToken = newNodeToken();
  const credentials = new Map([[INGEST_USER, hashToken(ingestToken)]]);
  const notices: BrokerNotice[] = [];
  let release: () => void = () => undefined;
  const start = async () => {
    const started = await startBroker(
      {
        dir: join(dir, "broker"),
        port,
        ...(host === undefined ? {} : { host }),
        credentials,
        onNotice: (notice) => notices.push(notice),
      },
      kind,
    );
    release = endWithUs(started.pid, "TERM", dir);
    return started;
  };
  let broker = await start();
  let running = true;

  const kill = async () => {
    if (running) await broker.kill();
    running = false;
    release();
  };
  return {
    kind,
    get pid() {
      return broker.pid;
    },
    folder: dir,
    url: broker.url,
    ingestUrl: withUser(broker.controlUrl, INGEST_USER, ingestToken),
    notices,
    addNode: async (id) => {
      const token = newNodeToken();
      credentials.set(id, hashToken(token));
      broker.setCredentials(credentials);
      const url = withUser(broker.url, id, token);
      for (const deadline = Date.now() + 5_000; !(await accepts(url)); await sleep(20)) {
        if (Date.now() > deadline) throw new Error(`the ${kind} broker did not accept ${id} within 5 s`);
      }
      return { token, url };
    },
    removeNode: (id) => {
      credentials.delete(id);
      broker.setCredentials(credentials);
    },
    kill,
    restart: async () => {
      await kill();
      broker = await start();
      running = true;
    },
    stop: async () => {
      if (running) await broker.stop();
      running = false;
      release();
      removeBrokerData(join(dir, "broker"));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** @throws {RangeError} for an unknown word in TL_TEST_BROKER, so that a typo does not test the wrong one */
function defaultKind(): BrokerKind {
  const kind = process.env.TL_TEST_BROKER ?? "mosquitto";
  if (kind === "mosquitto" || kind === "aedes") return kind;
  throw new RangeError(`TL_TEST_BROKER must be mosquitto or aedes, not ${kind}`);
}

function withUser(url: string, user: string, token: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = token;
  return changed.href.replace(/\/$/, "");
}

async function accepts(url: string): Promise<boolean> {
  try {
    const client = await connectAsync(url, {
      protocolVersion: 5,
      reconnectPeriod: 0,
      connectTimeout: 1_000,
      clientId: `probe-${process.pid}-${Date.now()}`,
    });
    await client.endAsync(true);
    return true;
  } catch {
    return false; // refused, which is the answer
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((found, failed) => {
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => found(port));
    });
  });
}
