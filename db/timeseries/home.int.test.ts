import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkDatabase } from "@/cli/doctor/services";
import { readSettings } from "@/cli/settings";
import { withRole } from "@/db/client";
import { migrate } from "@/db/migrate";
import { createEmptyTestDb } from "@/db/testing";
import { testDatabaseKind } from "@/db/testing-server";

/** Which home a new database gets, and that the doctor names it. */
let db: { url: string; drop(): Promise<void> };
let client: Client;
beforeEach(async () => {
  db = await createEmptyTestDb();
  client = new Client({ connectionString: db.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await db.drop();
});

async function chosen(): Promise<unknown> {
  const { rows } = await client.query("select home, licence from timeseries_home");
  return rows[0];
}

async function doctorsLine(): Promise<unknown> {
  const settings = readSettings({ ...process.env, DATABASE_URL: db.url, DATABASE_OWNER_URL: db.url });
  const findings = await checkDatabase(settings, {
    databaseUrl: db.url,
    databaseOwnerUrl: db.url,
    mqttUrl: null,
    nodeUrl: null,
    deviceUrl: null,
  });
  return findings.find(({ check }) => check === "time series");
}

test("before the first migration the doctor says that no home is chosen", async () => {
  expect(await doctorsLine()).toMatchObject({ state: "warn", fix: "Run: throughline migrate" });
});

const onPlainServer = () => {
  test("gets segments without a wish", async () => {
    await migrate({ url: db.url });
    expect(await chosen()).toEqual({ home: "segments", licence: null });
    expect(await doctorsLine()).toMatchObject({ state: "ok", found: "home segments; no TimescaleDB" });
  });

  test("refuses the home timescale and says what to do", async () => {
    await expect(migrate({ url: db.url, timeseriesHome: "timescale" })).rejects.toThrow(
      /^0005-timeseries\.sql failed: the home timescale was asked for, but this server does not offer TimescaleDB\..*unset TL_TIMESERIES_HOME\./s,
    );
  });
};

const onTimescaleServer = () => {
  test("gets segments without a wish, because only the community licence has columns", async () => {
    await migrate({ url: db.url });
    expect(await chosen()).toEqual({ home: "segments", licence: "apache" });
    expect(await doctorsLine()).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^home segments; TimescaleDB \S+ \(Apache edition\)$/),
    });
  });

  test("gets timescale when asked", async () => {
    await migrate({ url: db.url, timeseriesHome: "timescale" });
    expect(await chosen()).toEqual({ home: "timescale", licence: "apache" });
    expect(await doctorsLine()).toMatchObject({ found: expect.stringMatching(/^home timescale; TimescaleDB/) });
  });

  test("an owner that may not see what is preloaded takes the extension that an administrator made", async () => {
    const user = `owner_${process.pid}`;
    const database = new URL(db.url).pathname.slice(1);
    const administrator = new URL(db.url).username;
    await client.query(
      `create extension timescaledb; create role ${user} login password 'x'; grant throughline_web to ${user}; alter database ${database} owner to ${user}`,
    );
    try {
      await migrate({ url: withRole(db.url, user, "x"), timeseriesHome: "timescale" });
      expect(await chosen()).toEqual({ home: "timescale", licence: "apache" });
    } finally {
      await client.query(
        `alter database ${database} owner to ${administrator}; drop owned by ${user} cascade; drop role ${user}`,
      );
    }
  });
};

// Not skipped but not there: a skipped test counts as one that could not run.
if (testDatabaseKind() === "plain") describe("PostgreSQL without TimescaleDB", onPlainServer);
else describe("TimescaleDB under the Apache licence", onTimescaleServer);
