import { Client } from "pg";
import type { Connection } from "@/cli/connection";
import { findMosquitto } from "@/cli/embedded/broker";
import { isLoopback, networkAddress } from "@/cli/embedded/broker-address";
import { tryLogin } from "@/cli/mqtt-login";
import type { Settings } from "@/cli/settings";
import { fail, ok, warn, type Finding } from "./check";

const OLDEST_POSTGRES = 150_000;
const MAX_CLOCK_DIFFERENCE_MS = 2_000;

export interface Facts {
  version: number;
  server: string;
  nowMs: number;
  timescale: string | null;
  licence: string | null;
  home: string | null;
  fsync: string;
}

/** Findings about the database: reachable, version, TimescaleDB, time-series home, clock. */
export async function checkDatabase(settings: Settings, connection: Connection | null): Promise<Finding[]> {
  if (connection === null || connection.databaseUrl === "")
    return [ok("database", "embedded PostgreSQL; it starts with npm start")];
  const client = new Client({
    connectionString: connection.databaseUrl,
    application_name: "throughline-doctor",
    connectionTimeoutMillis: 5_000,
  });
  client.on("error", () => undefined); // told by the query that fails
  try {
    await client.connect();
    return judgeDatabase(await readFacts(client), settings.databaseUrl === null);
  } catch (cause) {
    const why =
      cause instanceof Error ? cause.message || ("code" in cause ? String(cause.code) : "no answer") : String(cause);
    return [
      fail(
        "database",
        `cannot be reached: ${why}`,
        settings.databaseUrl === null
          ? "Stop and start again: throughline stop, npm start; then see logs/postgres."
          : "Check DATABASE_URL, and that the server runs and lets this user in.",
      ),
    ];
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function readFacts(client: Client): Promise<Facts> {
  const { rows } = await client.query<Omit<Facts, "home">>(`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as server,
           (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs",
           (select extversion from pg_extension where extname = 'timescaledb') as timescale,
           current_setting('timescaledb.license', true) as licence, current_setting('fsync') as fsync`);
  const { rows: tables } = await client.query<{ present: boolean }>(
    "select to_regclass('timeseries_home') is not null as present",
  );
  const home = tables[0]?.present
    ? ((await client.query<{ home: string }>("select home from timeseries_home")).rows[0]?.home ?? null)
    : null;
  const [facts] = rows;
  if (!facts) throw new Error("the server gave no answer");
  return { ...facts, home };
}

/** The rules alone: what the server says of itself, judged. */
export function judgeDatabase(facts: Facts, embedded: boolean): Finding[] {
  const server = `PostgreSQL ${facts.server}${embedded ? ", embedded" : ""}`;
  const timescale =
    facts.timescale === null
      ? "no TimescaleDB"
      : `TimescaleDB ${facts.timescale} (${facts.licence === "timescale" ? "community" : "Apache"} edition)`;
  const apart = Date.now() - facts.nowMs;
  return [
    facts.version < OLDEST_POSTGRES ? fail("database", server, "Use PostgreSQL 15 or newer.") : ok("database", server),
    facts.fsync === "on"
      ? ok("durability", "fsync is on")
      : warn(
          "durability",
          "fsync is off: a power cut can lose acknowledged data",
          "Set fsync = on in postgresql.conf.",
        ),
    facts.home === null
      ? warn("time series", `${timescale}; no home chosen yet`, "Run: throughline migrate")
      : ok("time series", `home ${facts.home}; ${timescale}`),
    Math.abs(apart) > MAX_CLOCK_DIFFERENCE_MS
      ? warn(
          "clock",
          `this machine and the database differ by ${(apart / 1000).toFixed(1)} s`,
          "Synchronise both clocks (NTP).",
        )
      : ok("clock", `within ${Math.ceil(Math.abs(apart) / 100) * 100} ms of the database`),
  ];
}

/** What the broker says about itself in CONNACK: the only source for what it can do. */
export async function checkBroker(
  settings: Settings,
  connection: Connection | null,
  kind: string | null,
): Promise<Finding> {
  const mqttUrl = connection?.mqttUrl ?? null;
  if (mqttUrl === null) {
    const which = settings.broker ?? (findMosquitto() === null ? "aedes" : "mosquitto");
    return ok("broker", `embedded (${which}); it starts with npm start`);
  }
  const connack = await tryLogin(mqttUrl);
  if (!connack)
    return fail(
      "broker",
      "does not accept the control plane's login",
      settings.mqttUrl === null
        ? "See logs/broker.log; throughline stop and npm start make it anew."
        : "Check MQTT_URL: address, user, password, and that the broker speaks MQTT 5.",
    );
  const {
    sharedSubscriptionAvailable = true,
    retainAvailable = true,
    maximumPacketSize,
    receiveMaximum = 65_535,
    topicAliasMaximum = 0,
  } = connack.properties ?? {};
  const facts = [
    settings.mqttUrl === null ? `embedded (${kind ?? "unknown"})` : "external",
    sharedSubscriptionAvailable ? "shared subscriptions" : "no shared subscriptions",
    retainAvailable ? "retained messages" : "no retained messages",
    `receive maximum ${receiveMaximum}`,
    `topic aliases ${topicAliasMaximum}`,
    maximumPacketSize === undefined ? "no packet limit" : `packets up to ${Math.round(maximumPacketSize / 1024)} KiB`,
  ].join(", ");
  if (maximumPacketSize !== undefined && maximumPacketSize < 300 * 1024)
    return warn("broker", facts, "Raise its packet limit to 1 MiB: a sealed batch has up to 256 KiB.");
  return ok("broker", facts);
}

/** Beyond this machine passwords and readings cross the network as they are: the embedded broker speaks no TLS. */
export function checkMqttHost(settings: Settings, runningAt: string | undefined): Finding[] {
  if (settings.mqttUrl !== null) return [];
  const listensAt = runningAt ? new URL(runningAt).hostname : networkAddress(settings.mqttHost);
  if (isLoopback(listensAt))
    return [ok("devices", "the broker takes devices of this machine; MQTT_HOST=0.0.0.0 lets others in")];
  return [
    warn(
      "devices",
      `the broker takes devices at mqtt://${listensAt}:${settings.ports.mqtt}, without TLS`,
      "Keep it to a network you trust, or set MQTT_URL to a broker with TLS.",
    ),
  ];
}
