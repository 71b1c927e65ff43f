import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { readIngestConfig, readJobsConfig } from "@/server/core/config";
import { PROJECT_ROOT } from "./build";
import { baseEnvironment } from "./node-process";
import { ingestEnvironment, jobsEnvironment, webAddress, webEnvironment } from "./process-environment";
import { readSettings } from "./settings";
import { webArgs } from "./web-build";

afterEach(() => vi.unstubAllEnvs());

const secrets = { postgresOwner: "o".repeat(16), postgresApp: "a".repeat(16), mqttIngest: "i".repeat(16) };
const made = "f4Qz8LrT1mXw6KcVb9Ye3NsHj7Gp2UdAo5RiZtWxMq0BhEv";
const addresses = { databaseUrl: "postgres://a:b@h/d", mqttUrl: "mqtt://u:p@h" };

/** What everything is told when these variables are set: the start itself, and each process. */
function told(given: Record<string, string>) {
  const settings = readSettings({ NODE_ENV: "test", ...given });
  const all = { ...secrets, webSession: made };
  const found = {
    databaseUrl: settings.databaseUrl ?? addresses.databaseUrl,
    mqttUrl: settings.mqttUrl ?? addresses.mqttUrl,
  };
  return {
    up: settings,
    ingest: readIngestConfig(ingestEnvironment(settings, found)),
    jobs: readJobsConfig(jobsEnvironment(settings, all, found)),
    web: webEnvironment(settings, all, found),
    webArgs: webArgs(settings.ports.web, settings.webHost),
    webAddress: webAddress(settings),
  };
}

const SECRET = "Jk2Vn7Xq4Lw9Tz1Rb6Yc8Hd3Mf5Gs0PaUeOiWjQtKvBxNyZ";
const STORE = "s3://KEY:SECRET@host/bucket";
const DATABASE = "postgres://me:pw@host:5432/db";
const BROKER = "mqtt://me:pw@host:1883";

/** Every row of README's table, what to set, and where it must arrive. */
const ROWS: readonly [variable: string, value: string, arrives: Partial<ReturnType<typeof told>> | object][] = [
  ["PORT", "3100", { webArgs: expect.arrayContaining(["-p", "3100"]), web: { PORT: "3100" } }],
  ["WEB_HOST", "::1", { webArgs: expect.arrayContaining(["-H", "::1"]), webAddress: "http://[::1]:3000" }],
  ["MQTT_PORT", "1884", { up: { ports: { mqtt: 1884 } } }],
  ["POSTGRES_PORT", "5434", { up: { ports: { postgres: 5434 } } }],
  ["MQTT_HOST", "0.0.0.0", { up: { mqttHost: "0.0.0.0" } }],
  ["INGEST_PORT", "9111", { ingest: { port: 9111 } }],
  ["JOBS_PORT", "9112", { jobs: { port: 9112 } }],
  ["EDGE_PORT", "9211", { up: { ports: { edge: 9211 } } }],
  ["THROUGHLINE_DATA", "/srv/tl", { up: { dataDir: "/srv/tl" }, web: { THROUGHLINE_DATA: "/srv/tl" } }],
  [
    "DATABASE_URL",
    DATABASE,
    { ingest: { databaseUrl: DATABASE }, jobs: { databaseUrl: DATABASE }, web: { DATABASE_URL: DATABASE } },
  ],
  ["DATABASE_OWNER_URL", DATABASE, { up: { databaseOwnerUrl: DATABASE } }],
  ["MQTT_URL", BROKER, { ingest: { mqttUrl: BROKER } }],
  ["OBJECT_STORE_URL", STORE, { jobs: { objectStoreUrl: STORE }, web: { OBJECT_STORE_URL: STORE } }],
  ["BROKER", "aedes", { up: { broker: "aedes" } }],
  ["TL_TIMESERIES_HOME", "segments", { up: { timeseriesHome: "segments" } }],
  ["THROUGHLINE_SECRET", SECRET, { web: { THROUGHLINE_SECRET: SECRET }, jobs: { sealKey: SECRET } }],
  ["THROUGHLINE_HISTORY_DAYS", "7", { up: { historyDays: 7 } }],
  ["THROUGHLINE_DEMO", "0", { web: { THROUGHLINE_DEMO: "0" } }],
  ["NEXTAUTH_URL", "https://a.example", { web: { NEXTAUTH_URL: "https://a.example" } }],
  ["THROUGHLINE_HOSTS", "a.example", { web: { THROUGHLINE_HOSTS: "a.example" } }],
  ["INGEST_REPLICA", "north", { ingest: { replica: "north" } }],
  ["INGEST_MAX_QUEUE_MB", "96", { ingest: { maxQueueBytes: 96 * 1024 * 1024 } }],
  ["RETENTION_RAW_DAYS", "30", { jobs: { keepRawDays: 30 } }],
];

test.each(ROWS)("%s reaches the process it is for", (variable, value, arrives) => {
  expect(told({ [variable]: value })).toMatchObject(arrives);
});

test("ingest gives memory back as the figures of its flags were measured", () => {
  const env = ingestEnvironment(readSettings({ NODE_ENV: "test" }), addresses);
  expect(env).toMatchObject({ MALLOC_ARENA_MAX: "1", MALLOC_MMAP_THRESHOLD_: "131072" });
});

test("the identity provider's variables reach the web process", () => {
  for (const name of ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_NAME"])
    expect(told({ [name]: "given" }).web).toMatchObject({ [name]: "given" });
});

test("LOG_LEVEL reaches every process", () => {
  vi.stubEnv("LOG_LEVEL", "trace");
  expect(baseEnvironment()).toMatchObject({ LOG_LEVEL: "trace" });
});

test("each row of README's table is among those held here", () => {
  const readme = readFileSync(join(PROJECT_ROOT, "README.md"), "utf8");
  const table = readme.slice(readme.indexOf("## Configuration"), readme.indexOf("## More"));
  const named = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap((row) => [
    ...(row[1] ?? "").matchAll(/`([A-Z_*]+)`/g),
  ]);
  // OIDC_* and LOG_LEVEL have tests of their own; EDGE_* is for a worker that is started alone.
  const held = [...ROWS.map(([variable]) => variable), "OIDC_*", "LOG_LEVEL", "EDGE_*"];
  expect(new Set(named.map(([, name]) => name))).toEqual(new Set(held));
});

test("whoever owns the database, the web process has the folder's own secret, unless another is set", () => {
  expect(told({ DATABASE_URL: DATABASE })).toMatchObject({
    web: { THROUGHLINE_SECRET: made },
    jobs: { sealKey: made },
  });
});
