import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PROJECT_ROOT } from "@/cli/build";
import { readSettings } from "@/cli/settings";
import { MigrationError } from "@/db/migrate";
import type { Finding } from "./check";
import { checkDataFolder, checkInstall, checkNode, judgeDisk, judgeMemory } from "./machine";
import { judgeMigrations, judgeRefusal } from "./migrations";
import { checkSecret } from "./secret";
import { checkMqttHost, type Facts, judgeDatabase } from "./services";

const folder = mkdtempSync(join(tmpdir(), "tl-doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FACTS: Facts = {
  version: 170_004,
  server: "17.4",
  nowMs: 0,
  timescale: null,
  licence: null,
  home: "segments",
  fsync: "on",
};
const GOOD_SECRET = "5n2vJ0mZQm6c1yqk3sXr8wq0b9dT4uLhA7eGfPiK";
const LOST = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const DENIED = Object.assign(new Error("permission denied for table schema_migrations"), { code: "42501" });

function settings(env: Record<string, string> = {}) {
  return readSettings({ NODE_ENV: "test", THROUGHLINE_DATA: join(folder, "data"), ...env });
}

/** A finding about the database by its name; the clock agrees unless told otherwise. */
function database(check: string, facts: Partial<Facts>): Finding {
  const found = judgeDatabase({ ...FACTS, nowMs: Date.now(), ...facts }, false).find((each) => each.check === check);
  if (!found) throw new Error(`nothing is said about the ${check}`);
  return found;
}

/** A data folder with this in secrets.json, readable as told. */
function folderWith(secrets: object | string, mode = 0o600): string {
  const dir = mkdtempSync(join(folder, "data-"));
  writeFileSync(join(dir, "secrets.json"), typeof secrets === "string" ? secrets : JSON.stringify(secrets));
  chmodSync(join(dir, "secrets.json"), mode);
  return dir;
}

const SECRETS = { postgresOwner: "p".repeat(32), postgresApp: "q".repeat(32), mqttIngest: "r".repeat(32) };
const KEPT = { ...SECRETS, webSession: GOOD_SECRET };

const CASES: readonly [
  name: string,
  look: () => Finding | undefined,
  state: Finding["state"],
  found: RegExp,
  fix: RegExp,
][] = [
  ["Node of today", () => checkNode("24.1.0"), "ok", /^Node 24\.1\.0 on /, /^$/],
  ["the oldest Node that works", () => checkNode("20.19.0"), "ok", /20\.19\.0/, /^$/],
  ["an older minor of it", () => checkNode("20.18.3"), "fail", /20\.18\.3/, /^Install Node 20\.19 or newer\.$/],
  ["Node 18", () => checkNode("18.20.0"), "fail", /18\.20\.0/, /^Install Node 20\.19 or newer\.$/],
  ["what npm ci installed", () => checkInstall(PROJECT_ROOT), "ok", /packages, as in package-lock\.json$/, /^$/],
  ["nothing installed", () => checkInstall(folder), "fail", /^node_modules is missing$/, /npm ci$/],
  ["no data folder yet", () => checkDataFolder(settings()), "ok", /made at first start/, /^$/],
  [
    "a file in its place",
    () => {
      writeFileSync(join(folder, "file"), "");
      return checkDataFolder(settings({ THROUGHLINE_DATA: join(folder, "file") }));
    },
    "fail",
    /file is not a folder$/,
    /^Set THROUGHLINE_DATA to a folder\.$/,
  ],
  [
    "secrets that others can read",
    () => checkDataFolder(settings({ THROUGHLINE_DATA: folderWith(KEPT, 0o644) })),
    "warn",
    /can be read by others$/,
    /^Run: chmod 600 .*secrets\.json$/,
  ],
  ["a disk with room", () => judgeDisk(9e9, "/data"), "ok", /^8\.4 GB free at \/data$/, /^$/],
  ["a disk for trying it out", () => judgeDisk(2e9, "/data"), "warn", /^1\.9 GB free/, /5 GB or more\.$/],
  ["a full disk", () => judgeDisk(4e8, "/data"), "fail", /^0\.4 GB free/, /^Free some space, or set THROUGHLINE_DATA/],
  ["memory", () => judgeMemory(3e9), "ok", /^2\.8 of [\d.]+ GB available, \d+ cores$/, /^$/],
  ["little memory", () => judgeMemory(1e9), "warn", /^0\.9 of /, /^Have 1\.5 GB free/],
  ["PostgreSQL 17", () => database("database", {}), "ok", /^PostgreSQL 17\.4$/, /^$/],
  ["PostgreSQL 14", () => database("database", { version: 140_011, server: "14.11" }), "fail", /14\.11/, /15 or newer/],
  ["fsync off", () => database("durability", { fsync: "off" }), "warn", /power cut/, /^Set fsync = on/],
  ["fsync on", () => database("durability", {}), "ok", /fsync is on/, /^$/],
  ["no home", () => database("time series", { home: null }), "warn", /no home chosen/, /throughline migrate/],
  [
    "TimescaleDB's community edition",
    () => database("time series", { home: "timescale", timescale: "2.20.0", licence: "timescale" }),
    "ok",
    /^home timescale; TimescaleDB 2\.20\.0 \(community edition\)$/,
    /^$/,
  ],
  ["a clock that is right", () => database("clock", {}), "ok", /^within \d+ ms/, /^$/],
  ["a clock 5 s off", () => database("clock", { nowMs: Date.now() - 5_000 }), "warn", /differ by 5\.\d s$/, /NTP/],
  [
    "no migration pending",
    () => judgeMigrations({ pending: [], applied: 21 }),
    "ok",
    /^none pending; 21 applied$/,
    /^$/,
  ],
  [
    "an empty database",
    () => judgeMigrations({ pending: ["0001-a.sql", "0002-b.sql"], applied: 0 }),
    "warn",
    /^2 are pending/,
    /^Run: throughline migrate/,
  ],
  [
    "one migration pending",
    () => judgeMigrations({ pending: ["0022-new.sql"], applied: 21 }),
    "fail",
    /^1 is pending, from 0022-new\.sql on/,
    /run: throughline migrate$/,
  ],
  [
    "a newer database",
    () =>
      judgeRefusal(
        new MigrationError("newer_database", "This database was migrated by a newer release. Start that release."),
      ),
    "fail",
    /by a newer release\.$/,
    /^Start that release\.$/,
  ],
  ["an owner unknown", () => judgeRefusal(DENIED), "warn", /may not see them$/, /^Set DATABASE_OWNER_URL/],
  ["an owner that is not let in", () => judgeRefusal(LOST), "warn", /ECONNREFUSED$/, /^Check DATABASE_OWNER_URL/],
  ["no secret yet", () => checkSecret(settings()), "ok", /made at first start, in .*secrets\.json$/, /^$/],
  ["a secret kept", () => checkSecret(settings({ THROUGHLINE_DATA: folderWith(KEPT) })), "ok", /^kept in /, /^$/],
  [
    "a folder from before people signed in",
    () => checkSecret(settings({ THROUGHLINE_DATA: folderWith(SECRETS) })),
    "ok",
    /^made at first start/,
    /^$/,
  ],
  [
    "a database of one's own without a secret",
    () => checkSecret(settings({ DATABASE_URL: "postgres://db/x" })),
    "warn",
    /everybody is signed out$/,
    /^Set THROUGHLINE_SECRET .*openssl rand -base64 48$/,
  ],
  [
    "a database of one's own with a secret",
    () => checkSecret(settings({ DATABASE_URL: "postgres://db/x", THROUGHLINE_SECRET: GOOD_SECRET })),
    "ok",
    /^THROUGHLINE_SECRET is set$/,
    /^$/,
  ],
  [
    "a short secret",
    () => checkSecret(settings({ THROUGHLINE_SECRET: "CANARY" })),
    "fail",
    /^THROUGHLINE_SECRET is shorter than 32 bytes$/,
    /openssl/,
  ],
  [
    "damaged secrets",
    () => checkSecret(settings({ THROUGHLINE_DATA: folderWith("{") })),
    "fail",
    /is damaged/,
    /backup/,
  ],
  ["devices of this machine", () => checkMqttHost(settings(), undefined)[0], "ok", /of this machine/, /^$/],
  [
    "devices of the network",
    () => checkMqttHost(settings(), "mqtt://10.0.0.5:1883")[0],
    "warn",
    /10\.0\.0\.5.*without TLS$/,
    /^Keep it to a network you trust/,
  ],
];

test.each(CASES)("%s: %#", (_name, look, state, found, fix) => {
  const finding = look();
  expect(finding).toMatchObject({ state, found: expect.stringMatching(found), fix: expect.stringMatching(fix) });
});

test.each(CASES)("%s: what to do is said exactly where something is to do", (_name, look) => {
  const finding = look();
  expect(finding?.fix === "").toBe(finding?.state === "ok");
});

test("no finding repeats a secret", () => {
  for (const [, look] of CASES) expect(JSON.stringify(look())).not.toMatch(new RegExp(`CANARY|${GOOD_SECRET}|p{32}`));
});
