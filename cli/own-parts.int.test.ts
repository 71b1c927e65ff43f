import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import { startBroker } from "./embedded/broker";
import { INGEST_USER } from "./embedded/credentials";
import { removePostgresData, startPostgres } from "./embedded/postgres";
import { withMqttUser } from "./connection";
import { hashToken } from "@/server/core/node-token";
import { freePorts, startTestStack, type TestStack } from "./testing-stack";

/** The pages' own view of what they stand on, and whether anybody is let in without a password. */
async function pagesOf({ url }: TestStack): Promise<{ health: number; signIn: string }> {
  const health = await fetch(`${url}/api/health`);
  const signIn = await fetch(`${url}/login`);
  return { health: health.status, signIn: await signIn.text() };
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tl-own-"));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function start(args: string[], env: Record<string, string>): Promise<TestStack> {
  const stack = await startTestStack({ args, env });
  cleanups.push(() => stack.stop());
  return stack;
}

test("with DATABASE_URL alone the pages come up with a secret of their own, and no demo person is let in", async () => {
  const dataDir = join(folder(), "postgres");
  const [port = 0] = await freePorts(1);
  const server = await startPostgres({ dataDir, port, password: "owner's password", settings: { fsync: "off" } });
  cleanups.push(async () => {
    await server.stop();
    removePostgresData(dataDir);
  });
  const stack = await start(["--no-plant"], { DATABASE_URL: server.url });
  expect(readdirSync(stack.dataDir)).not.toContain("postgres");
  expect(stack.output()).toContain("/setup?token=");
  const { health, signIn } = await pagesOf(stack);
  expect(health).toBe(200);
  expect(signIn).not.toContain("Council chair");
});

test("with MQTT_URL alone, at a broker that refuses the demo's nodes, it says so and runs without the plant", async () => {
  const [port = 0] = await freePorts(1);
  const token = "a login of the control plane";
  const broker = await startBroker(
    {
      dir: folder(),
      port,
      host: "127.0.0.1",
      credentials: new Map([[INGEST_USER, hashToken(token)]]),
      logFile: join(folder(), "broker.log"),
    },
    "aedes",
  );
  cleanups.push(() => broker.stop());
  const own = withMqttUser(broker.controlUrl ?? `mqtt://127.0.0.1:${port}`, INGEST_USER, token);
  const stack = await start(["--history-days", "0"], { MQTT_URL: own });
  expect(stack.output()).toMatch(/! The broker of MQTT_URL does not let the demo's node edge-lyon-1 in/);
  expect((await pagesOf(stack)).health).toBe(200);
});

test("with OBJECT_STORE_URL alone models go there and not into the data folder", async () => {
  const objects = folder();
  const stack = await start(["--no-plant"], { OBJECT_STORE_URL: pathToFileURL(objects).href });
  expect((await pagesOf(stack)).health).toBe(200);
  expect(readdirSync(stack.dataDir)).not.toContain("objects");
});
