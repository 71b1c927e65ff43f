import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import type { Role } from "@/server/core/domain/permissions";
import { computeKpis } from "./kpi-compute-verbs";
import { addTeams, somebodyOf } from "./testing-people";

const DAY_MS = 86_400_000;
let db: TestDb;
let team = { ours: "", theirs: "" };
let n = 0;
const named = (what: string) => `${what} ${++n}`;
const somebody = (role: Role, teamId = team.ours) => somebodyOf(db, role, teamId);

beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
});
afterAll(() => db.drop());

/** A stream of one reading a minute, alive now. */
async function stream({ unit = "kW", teamId = team.ours }: { unit?: string | null; teamId?: string } = {}) {
  const node = `node-${++n}`;
  await db.owner.query("insert into nodes (id, status, team_id, online) values ($1, 'accepted', $2, true)", [
    node,
    teamId,
  ]);
  const { rows } = await db.owner.query<{ id: number }>(
    "insert into streams (node_id, key, status, unit, rate_hz) values ($1, 'power', 'accepted', $2, 1.0 / 60) returning id",
    [node, unit],
  );
  const id = rows[0]?.id ?? 0;
  await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, now(), 1)", [id]);
  return id;
}

/** Minutes of whole days of UTC before today: `value(day)` in each, on the first `minutes` of the day. */
async function minutes(streamId: number, days: number, value: string, perDay = 1_440, skipDays = 0) {
  await db.owner.query(
    `insert into rollup_1m (stream_id, bucket, n, bad, vmin, vmax, vsum)
     select $1, t.day + make_interval(mins => m), 1, 0, v, v, v
     from (select d, date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - make_interval(days => d) as day from generate_series($2::int + 1, $3::int) d) t
     cross join generate_series(0, $4::int - 1) m cross join lateral (select (${value})::float8 as v) x
     on conflict (stream_id, bucket) do update set n = excluded.n, vsum = excluded.vsum`,
    [streamId, skipDays, skipDays + days, perDay],
  );
  await hours(streamId);
}

/** The hours of a stream from its minutes, as the rollups keep them. */
async function hours(streamId: number) {
  await db.owner.query(
    `insert into rollup_1h (stream_id, bucket, n, bad, vmin, vmax, vsum, minutes)
     select stream_id, date_trunc('hour', bucket, 'UTC') as hour, sum(n), sum(bad), min(vmin), max(vmax), sum(vsum), count(*) filter (where n > 0) from rollup_1m where stream_id = $1
     group by stream_id, hour
     on conflict (stream_id, bucket) do update set n = excluded.n, bad = excluded.bad, minutes = excluded.minutes, vmin = excluded.vmin, vmax = excluded.vmax, vsum = excluded.vsum`,
    [streamId],
  );
}

const definition = {
  ...{ unit: "kW.h", direction: "down" as const, source: "stream" as const, stat: "integral" as const },
  ...{ timeZone: "UTC", fromMinute: 0, toMinute: 1_440, minCoverage: 0.8, maxStaleS: 900, isAdditive: true },
  ...{ valueCents: { low: 10, mode: 14.5, high: 20 }, currency: "EUR" },
};
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

async function kpiOn(streamId: number, more: object = {}) {
  const executive = await somebody("executive");
  const name = named("Energy");
  const { id } = await executive.value.addKpi({
    ...{ name, teamId: team.ours, definition: { ...definition, streamId, ...more } },
  });
  const now = async () => (await executive.value.kpi({ id })).kpi;
  return { id, name, executive, now };
}

describe("a KPI", () => {
  test("has one value per day that is over, with how many readings and how well covered; unknown before and when thin", async () => {
    const id = await stream();
    await minutes(id, 2, "2000", 1_440, 1);
    await minutes(id, 1, "1000", 700);
    const kpi = await kpiOn(id, { unit: "MW.h" });
    expect((await kpi.now()).now).toEqual({ known: false, why: "no day of it has been computed yet" });
    expect(await computeKpis(db.pool, Date.now())).toMatchObject({ written: 3, failed: [] });
    const { days, now } = await kpi.now();
    expect(days.map(({ quality }) => quality)).toEqual(["good", "good", "thin"]);
    expect(days[0]).toMatchObject({ day: inDays(-3), value: 48, coverage: 1 });
    expect(now).toEqual({ known: false, why: `${inDays(-1)} is covered to 48 %, 80 % is the least` });
    expect(await computeKpis(db.pool, Date.now()), "nothing is new").toMatchObject({ written: 0 });
  });

  test("that readings came late for gets another revision, and the one before stays", async () => {
    const id = await stream();
    await minutes(id, 1, "2", 700);
    const kpi = await kpiOn(id);
    await computeKpis(db.pool, Date.now());
    await minutes(id, 1, "2");
    await db.owner.query("alter table kpi_versions disable trigger only_added_to");
    await db.owner.query("update kpi_versions set made_at = now() - interval '2 days' where kpi_id = $1", [kpi.id]);
    await db.owner.query("alter table kpi_versions enable trigger only_added_to");
    await computeKpis(db.pool, Date.now());
    expect((await kpi.now()).now, "only what is new is looked at").toMatchObject({ known: false });
    await computeKpis(db.pool, Date.now(), 3);
    expect((await kpi.now()).now).toEqual({ known: true, value: { value: 48, day: inDays(-1) } });
    const { rows } = await db.owner.query<{ revision: number; n: number; quality: string }>(
      "select revision, n::int, quality from kpi_values where kpi_id = $1 order by revision",
      [kpi.id],
    );
    expect(rows).toEqual([
      { revision: 1, n: 700, quality: "thin" },
      { revision: 2, n: 1_440, quality: "good" },
    ]);
    await expect(db.owner.query("update kpi_values set value = 1 where kpi_id = $1", [kpi.id])).rejects.toThrow(
      "only ever added to",
    );
  });

  test("that is new follows a backlog of its stream without being asked", async () => {
    const id = await stream();
    await minutes(id, 1, "2", 700);
    const kpi = await kpiOn(id);
    await computeKpis(db.pool, Date.now());
    await minutes(id, 3, "2");
    await computeKpis(db.pool, Date.now());
    expect((await kpi.now()).days.map(({ quality }) => quality)).toEqual(["good", "good", "good"]);
  });

  test("counts its window in its own time zone, through the day of 23 hours", async () => {
    const id = await stream();
    const nowMs = Date.UTC(2026, 2, 30, 12);
    // 28 and 29 March in Paris: 24 h and 23 h. Each hour of UTC has a value of its own.
    await db.owner.query(
      `insert into rollup_1m (stream_id, bucket, n, bad, vmin, vmax, vsum) select $1, t, 1, 0, 10, 10, 10
       from generate_series('2026-03-27 23:00Z'::timestamptz, '2026-03-29 21:59Z', interval '1 minute') t`,
      [id],
    );
    await hours(id);
    const kpi = await kpiOn(id, { timeZone: "Europe/Paris" });
    await computeKpis(db.pool, nowMs);
    const { rows } = await db.owner.query<{ day: string; value: number; coverage: number }>(
      "select to_char(day, 'MM-DD') as day, value, coverage from kpi_values where kpi_id = $1 order by day",
      [kpi.id],
    );
    expect(rows).toEqual([
      { day: "03-28", value: 240, coverage: 1 },
      { day: "03-29", value: 230, coverage: 1 },
    ]);
  });

  test("of some hours of the day looks at these alone", async () => {
    const id = await stream();
    await minutes(id, 1, "case when m between 360 and 839 then 5 else 1000 end");
    const kpi = await kpiOn(id, { stat: "mean", unit: "kW", fromMinute: 360, toMinute: 840 });
    await computeKpis(db.pool, Math.floor(Date.now() / DAY_MS) * DAY_MS); // midnight: the window of today is not over
    expect((await kpi.now()).days.at(-1)).toMatchObject({ value: 5, coverage: 1 });
  });

  test("of a night shift belongs to the day on which it begins, and is over on the next", async () => {
    const id = await stream();
    // 22:00 of each day to 06:00 of the next: its own value by the day on which it begins.
    await minutes(id, 3, "case when m >= 1320 then t.d when m < 360 then t.d + 1 else 1000 end");
    const night = { stat: "mean", unit: "kW", fromMinute: 1_320, toMinute: 360 };
    const kpi = await kpiOn(id, night);
    const midnightMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    await computeKpis(db.pool, midnightMs);
    const days = (await kpi.now()).days.map(({ day, value, coverage }) => [day, value, coverage]);
    expect(days.slice(-2), "the night of yesterday is not over at midnight").toEqual([
      [inDays(-3), 3, 1],
      [inDays(-2), 2, 1],
    ]);
    await computeKpis(db.pool, midnightMs + 6 * 3_600_000);
    const last = (await kpi.now()).days.at(-1);
    expect(last).toMatchObject({ day: inDays(-1), value: 1, coverage: 0.25, quality: "thin" });
    const byHand = { ...definition, ...night, unit: "1", source: "manual" as const, stat: null };
    const { id: handId } = await kpi.executive.value.addKpi({
      name: named("Stops"),
      teamId: team.ours,
      definition: byHand,
    });
    await expect(
      kpi.executive.value.enterKpiValue({ id: handId, version: 1, day: inDays(0), value: 3 }),
    ).rejects.toThrow("not over yet");
  });

  test("asks for readings as often as it says; a half of a day does not stand for the other", async () => {
    const id = await stream();
    await minutes(id, 1, "2", 720);
    await db.owner.query("update streams set rate_hz = 1 where id = $1", [id]);
    const [every, tenth] = [await kpiOn(id), await kpiOn(id, { dueEveryS: 600 })];
    await computeKpis(db.pool, Date.now());
    expect((await every.now()).days.at(-1)).toMatchObject({ coverage: 0.5, quality: "thin" });
    expect((await tenth.now()).days.at(-1)).toMatchObject({ coverage: 0.5, quality: "thin" });
    await db.owner.query("delete from rollup_1m where stream_id = $1 and extract(minute from bucket)::int % 10 <> 0", [
      id,
    ]);
    await minutes(id, 1, "2");
    await db.owner.query("delete from rollup_1m where stream_id = $1 and extract(minute from bucket)::int % 10 <> 0", [
      id,
    ]);
    await hours(id);
    await computeKpis(db.pool, Date.now(), 3);
    expect((await every.now()).days.at(-1)).toMatchObject({ coverage: 0.1, quality: "thin" });
    expect((await tenth.now()).days.at(-1)).toMatchObject({ coverage: 1, quality: "good" });
  });

  test("by which a use case is measured goes on under its old meaning after it was given another", async () => {
    const id = await stream();
    await minutes(id, 1, "2", 1_440, 1);
    const kpi = await kpiOn(id);
    const { id: useCaseId } = await kpi.executive.value.propose({ title: named("Live"), teamId: team.ours });
    await db.owner.query(
      `insert into go_lives (use_case_id, kpi_id, kpi_version, live_on, baseline_from, one_off_cents, run_cents_per_day, useful_life_days, cents_per_unit, currency, made_by, made_by_name)
       values ($1, $2, 1, $3, $4, 0, 0, 1, 1, 'EUR', 'test', 'test')`,
      [useCaseId, kpi.id, inDays(-1), inDays(-9)],
    );
    const revised = { ...definition, streamId: id, stat: "max" as const, unit: "kW" };
    await kpi.executive.value.reviseKpi({ id: kpi.id, version: 1, definition: revised, why: "the peak counts" });
    await minutes(id, 1, "3");
    await computeKpis(db.pool, Date.now());
    const { rows } = await db.owner.query(
      "select version, value from kpi_values where kpi_id = $1 order by version, day",
      [kpi.id],
    );
    expect(rows).toEqual([
      { version: 1, value: 48 },
      { version: 1, value: 72 },
      { version: 2, value: 2 },
      { version: 2, value: 3 },
    ]);
  });

  test("counts no minute that holds only bad readings, and begins and ends within an hour where it is told to", async () => {
    const id = await stream();
    await minutes(id, 1, "case when m between 390 and 809 then 5 else 1000 end");
    await db.owner.query(
      `update rollup_1m set n = 0, bad = 1, vmin = null, vmax = null, vsum = null
       where stream_id = $1 and bucket >= $2::timestamptz + interval '7 hours' and bucket < $2::timestamptz + interval '7 hours 42 minutes'`,
      [id, new Date(inDays(-1))],
    );
    await hours(id);
    const kpi = await kpiOn(id, { stat: "mean", unit: "kW", fromMinute: 390, toMinute: 810 });
    await computeKpis(db.pool, Math.floor(Date.now() / DAY_MS) * DAY_MS);
    expect((await kpi.now()).days.at(-1)).toMatchObject({ value: 5, coverage: 0.9 });
    const whole = await kpiOn(id);
    await computeKpis(db.pool, Math.floor(Date.now() / DAY_MS) * DAY_MS);
    expect((await whole.now()).days.at(-1)?.coverage).toBeCloseTo(1 - 42 / 1_440);
  });

  test("falls silent with its stream", async () => {
    const id = await stream();
    await minutes(id, 1, "2");
    const kpi = await kpiOn(id);
    await computeKpis(db.pool, Date.now());
    expect((await kpi.now()).now.known).toBe(true);
    await db.owner.query("update latest_values set ts = now() - interval '3630 seconds' where stream_id = $1", [id]);
    expect((await kpi.now()).now).toEqual({
      known: false,
      why: "its newest reading is 60 min old, 15 min is the limit",
    });
  });

  test("on the health of a device counts what came against what was due from its streams; of one that died it is known to be 0", async () => {
    const [one, two] = [await stream(), await stream()];
    const { rows } = await db.owner.query<{ id: number; node: string }>(
      "insert into devices (node_id, key) select node_id, 'pump-1' from streams where id = $1 returning id, node_id as node",
      [one],
    );
    const [device] = rows;
    await db.owner.query("update streams set device_id = $2, node_id = $3, key = key || id where id = any ($1)", [
      ...[[one, two], device?.id, device?.node],
    ]);
    await minutes(one, 3, "2", 1_440, 1);
    await minutes(two, 3, "2", 720, 1);
    const health = { source: "device" as const, unit: "%", direction: "up" as const, isAdditive: false };
    const kpi = await kpiOn(one, { ...health, deviceId: device?.id });
    const whole = await kpiOn(one, { ...health, nodeId: device?.node, unit: "1" });
    await computeKpis(db.pool, Date.now());
    const { days, now, deviceLabel, streamId } = await kpi.now();
    expect(days.map(({ value }) => value)).toEqual([75, 75, 75, 0]);
    expect(now).toEqual({ known: true, value: { value: 0, day: inDays(-1) } });
    expect([deviceLabel, streamId]).toEqual([`${device?.node} / pump-1`, null]);
    expect((await whole.now()).days.map(({ value }) => value)).toEqual([0.75, 0.75, 0.75, 0]);
    const radius = await kpi.executive.blast.of({ kind: "device", id: device?.id ?? 0 });
    expect(radius.kpis.map(({ id }) => id)).toEqual([kpi.id]);
    const found = await kpi.executive.value.things({ q: device?.node ?? "", kinds: ["device", "node"] });
    expect(found.map(({ kind }) => kind)).toEqual(["device", "node"]);
  });

  test("on the health of another team's device is refused at its field, and says nothing to who is not in it", async () => {
    const theirs = await stream({ teamId: team.theirs });
    await minutes(theirs, 1, "2");
    const { rows } = await db.owner.query<{ node: string }>("select node_id as node from streams where id = $1", [
      theirs,
    ]);
    const health = { ...definition, source: "device" as const, stat: null, unit: "%", nodeId: rows[0]?.node ?? "" };
    const ours = await somebody("data-scientist");
    const spied = ours.value.addKpi({ name: named("Spy"), definition: health });
    await expect(spied).rejects.toMatchObject({ cause: { detail: { field: "definition.thing" } } });
    const kpi = await kpiOn(theirs, { ...health, streamId: null });
    await computeKpis(db.pool, Date.now());
    expect((await kpi.now()).now).toMatchObject({ known: true, value: { value: 100 } });
    expect((await ours.value.kpi({ id: kpi.id })).kpi).toMatchObject({
      ...{ days: [], deviceLabel: null },
      now: { known: false, why: "its device belongs to a team that you are not in" },
    });
  });

  test("that cannot be computed is named and holds up no other", async () => {
    const [broken, fine] = [await stream(), await stream()];
    for (const id of [broken, fine]) await minutes(id, 1, "2");
    const [wrong, right] = [await kpiOn(broken), await kpiOn(fine)];
    await db.owner.query("update streams set unit = 'Cel' where id = $1", [broken]);
    const { failed } = await computeKpis(db.pool, Date.now());
    expect(failed).toEqual([expect.stringContaining(wrong.id)]);
    expect((await right.now()).now.known).toBe(true);
    await db.owner.query("update streams set unit = 'kW' where id = $1", [broken]);
  });

  test.each<[string, object, string, string]>([
    ["a unit that the stream cannot become", { unit: "Cel" }, "definition.unit", "cannot become"],
    ["money of another currency", { currency: "USD" }, "definition.currency", "in EUR"],
    ["a stream that is not there", { streamId: 999_999 }, "definition.streamId", "not there any more"],
  ])("with %s is refused at its field", async (_, wrong, field, sentence) => {
    const refused = kpiOn(await stream(), wrong);
    await expect(refused).rejects.toThrow(sentence);
    await expect(refused).rejects.toMatchObject({ cause: { detail: { field } } });
  });

  test.each<[string, object]>([
    ["an empty window", { fromMinute: 480, toMinute: 480 }],
    ["low above mode", { valueCents: { low: 3, mode: 2, high: 4 } }],
    ["NaN", { minCoverage: Number.NaN }],
  ])("with %s never reaches the database", async (_, wrong) => {
    await expect(kpiOn(await stream(), wrong)).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  test("has a name that its team has once, whatever its case", async () => {
    const kpi = await kpiOn(await stream());
    const again = kpi.executive.value.addKpi({
      ...{ name: kpi.name.toUpperCase(), teamId: team.ours, definition: { ...definition, source: "manual" as const } },
    });
    await expect(again).rejects.toMatchObject({ code: "CONFLICT", cause: { detail: { field: "name" } } });
  });

  test("that means something else starts anew, and somebody else approves what a unit is worth", async () => {
    const id = await stream();
    await minutes(id, 1, "2");
    const kpi = await kpiOn(id);
    await computeKpis(db.pool, Date.now());
    const chair = await somebody("chair");
    await expect(kpi.executive.value.approveKpi({ id: kpi.id, version: 1 })).rejects.toThrow("somebody else");
    await chair.value.approveKpi({ id: kpi.id, version: 1 });
    expect((await kpi.now()).approvedByName).toEqual(expect.any(String));
    await expect(chair.value.approveKpi({ id: kpi.id, version: 2 })).rejects.toThrow("already");
    const revised = { ...definition, streamId: id, stat: "max" as const, unit: "kW" };
    await expect(
      chair.value.reviseKpi({ id: kpi.id, version: 1, definition: revised, why: "the peak counts" }),
    ).rejects.toThrow("meanwhile");
    await chair.value.reviseKpi({ id: kpi.id, version: 2, definition: revised, why: "the peak counts" });
    expect(await kpi.now()).toMatchObject({ definition: 2, days: [], approvedByName: null, now: { known: false } });
    expect((await chair.value.kpi({ id: kpi.id })).versions.map(({ version }) => version)).toEqual([2, 1]);
  });

  test("is entered by hand only where it is said so, for days that are over", async () => {
    const scientist = await somebody("data-scientist");
    const byHand = { ...definition, unit: "1", source: "manual" as const, stat: null, maxStaleS: 7 * 86_400 };
    const { id } = await scientist.value.addKpi({ name: named("Stops"), definition: byHand });
    await expect(scientist.value.enterKpiValue({ id, version: 1, day: inDays(0), value: 3 })).rejects.toThrow(
      "not over yet",
    );
    await scientist.value.enterKpiValue({ id, version: 1, day: inDays(-1), value: 3 });
    await scientist.value.enterKpiValue({ id, version: 2, day: inDays(-1), value: 4 });
    expect((await scientist.value.kpi({ id })).kpi.now).toMatchObject({ value: { value: 4 } });
    const computed = await kpiOn(await stream());
    await expect(
      scientist.value.enterKpiValue({ id: computed.id, version: 1, day: inDays(-1), value: 3 }),
    ).rejects.toThrow("nobody enters it");
  });

  test("of the other team, or on its stream, says nothing to who is not in it", async () => {
    const theirs = await stream({ teamId: team.theirs });
    await minutes(theirs, 1, "2");
    const kpi = await kpiOn(theirs);
    await computeKpis(db.pool, Date.now());
    expect((await kpi.now()).now.known, "an executive is everywhere").toBe(true);
    const [ours, other] = [await somebody("data-scientist"), await somebody("data-scientist", team.theirs)];
    expect((await ours.value.kpi({ id: kpi.id })).kpi).toMatchObject({
      ...{ days: [], streamLabel: null },
      now: { known: false, why: "its stream belongs to a team that you are not in" },
    });
    await expect(other.value.kpi({ id: kpi.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await other.value.kpis()).map(({ id }) => id)).not.toContain(kpi.id);
    expect((await ours.value.kpis({ team: team.ours })).map(({ id }) => id)).toContain(kpi.id);
    const name = (await ours.value.kpi({ id: kpi.id })).kpi.name;
    expect(await ours.value.search({ q: name.slice(1).toUpperCase() })).toMatchObject([
      { kind: "kpi", id: kpi.id, label: name },
    ]);
    expect(await other.value.search({ q: name }), "the search finds nothing that they may not see").toEqual([]);
    expect(await ours.value.search({ q: "%" }), "what is typed is no pattern").toEqual([]);
    expect(await ours.value.kpis({ team: team.theirs }), "narrowed to a team that they are not in").toEqual([]);
    const taken = ours.value.addKpi({ name: named("Spy"), definition: { ...definition, streamId: theirs } });
    await expect(taken).rejects.toMatchObject({ cause: { detail: { field: "definition.streamId" } } });
  });
});

describe("an outcome", () => {
  async function outcome() {
    const kpi = await kpiOn(await stream());
    const { executive } = kpi;
    const fields = { statement: named("Less energy"), ownerId: executive.id, horizon: inDays(100) };
    const kpis = [{ kpiId: kpi.id, baseline: 100, target: 80 }];
    const { id } = await executive.value.addOutcome({ ...fields, kpis, teamId: team.ours });
    const now = async () => (await executive.value.outcome({ id })).outcome;
    return { id, kpi, executive, fields, kpis, now };
  }

  test("with a KPI is active; without one it is a draft, and stays one", async () => {
    const { id, executive, fields, kpis, now } = await outcome();
    expect(await now()).toMatchObject({ state: "active", ownerName: "executive", kpis: [{ baseline: 100 }] });
    const bare = { id, version: 1, ...fields, kpis: [], state: "active" as const };
    await expect(executive.value.changeOutcome(bare)).rejects.toMatchObject({ cause: { detail: { field: "state" } } });
    await executive.value.changeOutcome({ ...bare, kpis, state: "achieved" });
    await expect(executive.value.changeOutcome({ ...bare, kpis, state: "missed" })).rejects.toThrow("meanwhile");
    const { history } = await executive.value.outcome({ id });
    expect(history.map(({ action }) => action)).toEqual(["outcome.change", "outcome.add"]);
  });

  test("whose target is its baseline, that names a KPI twice or one that is not there, is refused at the row", async () => {
    const { executive, fields, kpis } = await outcome();
    const add = (wrong: typeof kpis) =>
      executive.value.addOutcome({ ...fields, statement: named("Wrong"), kpis: wrong, teamId: team.ours });
    const [kpi] = kpis;
    if (!kpi) throw new Error("there is one");
    await expect(add([{ ...kpi, target: 100 }])).rejects.toThrow("differs from the baseline");
    await expect(add([kpi, kpi])).rejects.toThrow("Row 1 is this KPI too");
    await expect(add([{ ...kpi, kpiId: team.ours }])).rejects.toMatchObject({
      cause: { detail: { field: "kpis[0].kpiId" } },
    });
    await expect(executive.value.addOutcome({ ...fields, kpis, teamId: team.ours })).rejects.toMatchObject({
      cause: { detail: { field: "statement" } },
    });
  });

  test("of the other team is not there", async () => {
    const { id } = await outcome();
    const other = await somebody("data-scientist", team.theirs);
    const executive = await somebody("executive");
    expect((await executive.value.outcomes({ team: team.ours })).map((one) => one.id)).toContain(id);
    expect((await executive.value.outcomes({ team: team.theirs })).map((one) => one.id)).not.toContain(id);
    await expect(other.value.outcome({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await other.value.outcomes()).toEqual([]);
  });
});

test("a use case that moves a live KPI with a baseline holds the must-meets about it, and fails the one about an effect that is too small", async () => {
  const id = await stream();
  await minutes(id, 40, "2 + ((t.d * 7) % 5) * 0.01");
  const { executive, ...kpi } = await kpiOn(id);
  await computeKpis(db.pool, Date.now());
  await executive.value.addOutcome({
    ...{ statement: named("Less energy"), ownerId: executive.id, horizon: inDays(100), teamId: team.ours },
    kpis: [{ kpiId: kpi.id, baseline: 48, target: 40 }],
  });
  const { id: useCaseId } = await executive.value.propose({ title: named("Cold store"), teamId: team.ours });
  const checks = async () => {
    const { row } = await executive.value.get({ id: useCaseId });
    return Object.fromEntries(row.standing.checks.map((check) => [check.id, check.verdict]));
  };
  expect(await checks()).toMatchObject({ kpi: "fail", measurable: "unknown" });
  const effect = { low: 1, mode: 5, high: 9 };
  await executive.value.setEffects({ id: useCaseId, version: 1, effects: [{ kpiId: kpi.id, effect }] });
  expect(await checks()).toMatchObject({ kpi: "pass", measurable: "pass" });
  const tiny = { low: 0, mode: 0.001, high: 1 };
  await executive.value.setEffects({ id: useCaseId, version: 2, effects: [{ kpiId: kpi.id, effect: tiny }] });
  expect(await checks()).toMatchObject({ kpi: "pass", measurable: "fail" });
  const { rows } = await executive.value.portfolio();
  expect(rows.find((row) => row.id === useCaseId)?.standing.clarity).toMatchObject({
    ...{ liveBinding: "pass", baseline: "pass", datedTarget: "pass", owner: "fail", measurable: "fail" },
  });
  await db.owner.query("update latest_values set ts = now() - interval '1 hour' where stream_id = $1", [id]);
  expect(await checks(), "silent now").toMatchObject({ kpi: "unknown" });
  for (const wrong of [
    { low: 3, mode: 2, high: 4 },
    { low: Number.NaN, mode: 2, high: 4 },
  ])
    await expect(
      executive.value.setEffects({ id: useCaseId, version: 3, effects: [{ kpiId: kpi.id, effect: wrong }] }),
    ).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
