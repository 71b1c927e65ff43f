import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { endWithUs } from "@/cli/embedded/testing-guard";
import { startFeed } from "./feed";
import { startIdentityProvider } from "./identity-provider";
import { startSessionOf } from "./people";

const CLI = join(import.meta.dirname, "..", "..", "cli", "throughline.mjs");
/** The first start builds the pages, which takes longest. */
const READY_WITHIN_MS = 300_000;
const STOP_WITHIN_MS = 30_000;

/** Starts the product as a person would, and a sensor that the journeys look at. @returns what stops both */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), "tl-e2e-"));
  const [web = 0, mqtt, postgres, ingest, jobs, oidc = 0] = await freePorts(6);
  const identityProvider = await startIdentityProvider(oidc, web);
  const edge = 20_000 + ((process.pid * 7) % 20_000);
  const env = {
    ...process.env,
    THROUGHLINE_DATA: dataDir,
    PORT: String(web),
    MQTT_PORT: String(mqtt),
    POSTGRES_PORT: String(postgres),
    INGEST_PORT: String(ingest),
    JOBS_PORT: String(jobs),
    EDGE_PORT: String(edge),
    // As short a past as holds the three stories.
    THROUGHLINE_HISTORY_DAYS: "3",
    // The page with every component in every state is looked at by axe too.
    THROUGHLINE_DESIGN: "1",
    DATABASE_URL: undefined,
    MQTT_URL: undefined,
    ...identityProvider.env,
  };
  const stack = spawn(process.execPath, [CLI, "up"], { env, stdio: ["ignore", "pipe", "pipe"] });
  const release = stack.pid === undefined ? () => undefined : endWithUs(stack.pid, "TERM");
  await untilReady(stack);
  const addNode = async (node: string, trust: boolean): Promise<{ url: string; token: string }> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [CLI, "node", "add", node, "--json", ...(trust ? ["--trust"] : [])],
      { env },
    );
    const added: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
    if (typeof added !== "object" || added === null || !("token" in added) || !("mqttUrl" in added))
      throw new Error(`node add said: ${stdout}`);
    return { url: String(added.mqttUrl), token: String(added.token) };
  };
  const feed = await startFeed(join(dataDir, "e2e-feed"), addNode);
  process.env.TL_E2E_URL = `http://localhost:${web}`;
  process.env.TL_E2E_DATA = dataDir;
  process.env.TL_E2E_POSTGRES_PORT = String(postgres);
  process.env.TL_E2E_STATE = await signedInAsAdmin(dataDir, postgres ?? 0);
  process.env.TL_E2E_MQTT_PORT = String(mqtt);

  return async () => {
    await feed.stop();
    await identityProvider.stop();
    stack.kill("SIGTERM");
    await Promise.race([once(stack, "exit"), sleep(STOP_WITHIN_MS, null, { ref: false })]);
    if (stack.exitCode === null) {
      stack.kill("SIGKILL");
      throw new Error(`the stack did not stop within ${STOP_WITHIN_MS / 1_000} s`);
    }
    release();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

/** A file with the administrator's cookie, which every browser of the journeys starts with. */
async function signedInAsAdmin(dataDir: string, postgresPort: number): Promise<string> {
  const { cookie } = await startSessionOf(dataDir, postgresPort, "admin");
  const state = join(dataDir, "e2e-admin.json");
  const kept = {
    ...cookie,
    domain: "localhost",
    path: "/",
    expires: -1,
    httpOnly: true,
    secure: false,
    sameSite: "Lax",
  };
  writeFileSync(state, JSON.stringify({ cookies: [kept], origins: [] }));
  return state;
}

async function untilReady(stack: ChildProcess): Promise<void> {
  let output = "";
  await new Promise<void>((ready, failed) => {
    const timer = setTimeout(() => failed(new Error(`the stack was not ready in time:\n${output}`)), READY_WITHIN_MS);
    const listen = (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes("Ready in")) return;
      clearTimeout(timer);
      ready();
    };
    stack.stdout?.on("data", listen);
    stack.stderr?.on("data", listen);
    stack.once("exit", (code) => {
      clearTimeout(timer);
      failed(new Error(`the stack ended with ${code}:\n${output}`));
    });
  });
}

/** Held open together, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => promisify(server.close.bind(server))()));
  return ports;
}
