import { Client } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
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

const ON_TIMESCALE = testDatabaseKind() === "timescale";

// Only the community licence has columns, so the Apache one gets segments unless somebody wishes otherwise.
test.each<["segments" | "timescale" | undefined, string, string | null, RegExp]>(
  ON_TIMESCALE
    ? [
        [undefined, "segments", "apache", /^home segments; TimescaleDB \S+ \(Apache edition\)$/],
        ["timescale", "timescale", "apache", /^home timescale; TimescaleDB \S+ \(Apache edition\)$/],
      ]
    : [[undefined, "segments", null, /^home segments; no TimescaleDB$/]],
)(
  "with the wish %s this server gets %s under the licence %s, and the doctor says so",
  async (wish, home, licence, line) => {
    await migrate({ url: db.url, ...(wish ? { timeseriesHome: wish } : {}) });
    expect(await chosen()).toEqual({ home, licence });
    expect(await doctorsLine()).toMatchObject({ state: "ok", found: expect.stringMatching(line) });
  },
);

test.each(ON_TIMESCALE ? [] : (["timescale"] as const))(
  "without TimescaleDB the home %s is refused with what to do",
  async (home) => {
    await expect(migrate({ url: db.url, timeseriesHome: home })).rejects.toThrow(
      /^0005-timeseries\.sql failed: the home timescale was asked for, but this server does not offer TimescaleDB\..*unset TL_TIMESERIES_HOME\./s,
    );
  },
);

test.each(ON_TIMESCALE ? (["timescale"] as const) : [])(
  "an owner that may not see what is preloaded takes the extension that an administrator made, for the home %s",
  async (home) => {
    const user = `owner_${process.pid}`;
    const database = new URL(db.url).pathname.slice(1);
    const administrator = new URL(db.url).username;
    await client.query(
      `create extension timescaledb; create role ${user} login password 'x'; grant throughline_web to ${user}; alter database ${database} owner to ${user}`,
    );
    try {
      await migrate({ url: withRole(db.url, user, "x"), timeseriesHome: home });
      expect(await chosen()).toEqual({ home, licence: "apache" });
    } finally {
      await client.query(
        `alter database ${database} owner to ${administrator}; drop owned by ${user} cascade; drop role ${user}`,
      );
    }
  },
);
