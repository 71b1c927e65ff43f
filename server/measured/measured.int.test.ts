import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { addTeams, somebodyOf } from "@/server/value/testing-people";

const DAY_MS = 86_400_000;
let db: TestDb;
let team = { ours: "", theirs: "" };
let n = 0;
const named = (what: string) => `${what} ${++n}`;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
});
afterAll(() => db.drop());

const about = (value: number) => ({ low: value, mode: value, high: value });
const definition = {
  ...{
    unit: "kW.h",
    direction: "down" as const,
    source: "manual" as const,
    timeZone: "UTC",
    fromMinute: 0,
    toMinute: 1_440,
  },
  ...{ minCoverage: 0.8, maxStaleS: 86_400, isAdditive: true, valueCents: about(20), currency: "EUR" },
};
const figures = {
  currency: "EUR",
  ...{ benefitCentsPerDay: { low: 100, mode: 200, high: 400 }, oneOffCents: about(2_000), runCentsPerDay: about(10) },
  ...{ adoption: about(1), technicalProbability: about(1), rampDays: 0 },
};

/** A KPI that was worth approving, with a value on each of the days before today: `value(d)`, d days ago, in SQL. */
async function kpiWith(
  days: number,
  value: string,
  { approve = true, more = {} }: { approve?: boolean; more?: object } = {},
) {
  const [executive, chair] = [await somebodyOf(db, "executive", team.ours), await somebodyOf(db, "chair", team.ours)];
  const name = named("Energy");
  const { id } = await executive.value.addKpi({ name, teamId: team.ours, definition: { ...definition, ...more } });
  if (approve) await chair.value.approveKpi({ id, version: 1 });
  await fill(id, days, value);
  return { id, name };
}

async function fill(kpiId: string, days: number, value: string) {
  await db.owner.query(
    `insert into kpi_values (kpi_id, version, day, revision, value, n, coverage, quality, made_by_name)
     select $1, 1, ((now() at time zone 'UTC')::date - d), 1, ${value}, 1, 1, 'manual', 'test' from generate_series(1, $2::int) d`,
    [kpiId, days],
  );
}

/** An accepted use case that promises to move the KPIs. */
async function useCase(kpiIds: readonly string[], { estimated = true, accepted = true } = {}) {
  const caller = await somebodyOf(db, "executive", team.ours);
  const chair = await somebodyOf(db, "chair", team.ours); // nobody accepts what they proposed themselves
  const title = named("Cold store");
  const { id } = await caller.value.propose({ title, teamId: team.ours, figures: estimated ? figures : null });
  await caller.value.setEffects({ id, version: 1, effects: kpiIds.map((kpiId) => ({ kpiId, effect: about(10) })) });
  if (accepted) await chair.value.triage({ id, version: 2, to: "accepted" });
  const version = async () => (await caller.value.get({ id })).row.version;
  return { id, title, caller, version };
}

const paid = { oneOffCents: 2_000, runCentsPerDay: 10, usefulLifeDays: 1_000 };
/** Noise of a standard deviation near 1 that repeats after 11 days and knows no neighbour. */
const NOISE = "((d * 7) % 11 - 5) * 0.3";

describe("going live", () => {
  test("is said once, is audited, and starts the ninety days", async () => {
    const kpi = await kpiWith(60, `100 + ${NOISE}`);
    const { id, caller, version } = await useCase([kpi.id]);
    const asked = { id, version: await version(), liveOn: inDays(-20), kpiId: kpi.id, ...paid };
    await caller.measured.goLive(asked);
    await expect(caller.measured.goLive(asked)).rejects.toThrow("meanwhile");
    await expect(caller.measured.goLive({ ...asked, version: await version() })).rejects.toThrow(
      `went live on ${inDays(-20)}. That is said once`,
    );
    const row = await caller.measured.get({ id });
    expect(row).toMatchObject({ liveOn: inDays(-20), baselineFrom: inDays(-110), centsPerUnit: 20, currency: "EUR" });
    expect(row?.measured.known && row.measured.value.clock).toMatchObject({ state: "running", day: 21 });
    const { history } = await caller.value.get({ id });
    expect(history[0]).toMatchObject({ action: "use-case.go-live", after: { liveOn: inDays(-20), kpiVersion: 1 } });
    await expect(db.owner.query("update go_lives set live_on = live_on + 1")).rejects.toThrow("only ever added to");
    await expect(db.owner.query("delete from go_lives")).rejects.toThrow("only ever added to");
  });

  test("may be up to 30 days ahead, and then nothing is measured yet", async () => {
    const kpi = await kpiWith(60, `100 + ${NOISE}`);
    const { id, caller, version } = await useCase([kpi.id]);
    const asked = { id, version: await version(), kpiId: kpi.id, ...paid };
    const late = caller.measured.goLive({ ...asked, liveOn: inDays(31) });
    await expect(late).rejects.toMatchObject({ cause: { detail: { field: "liveOn" } } });
    await expect(late).rejects.toThrow(`Choose a day until ${inDays(30)}`);
    await caller.measured.goLive({ ...asked, liveOn: inDays(30) });
    const measured = (await caller.measured.get({ id }))?.measured;
    expect(measured).toMatchObject({
      known: true,
      value: { clock: { state: "not started" }, effect: { known: false }, says: `It goes live on ${inDays(30)}` },
    });
  });

  test.each<[string, () => Promise<{ kpiId: string; effects: string[]; liveOn: string }>, string, RegExp]>([
    [
      "before its KPI has values",
      async () => ({ ...(await withKpi(10)), liveOn: inDays(-10) }),
      "liveOn",
      /The first value of Energy \d+ is of .*; choose a later day/,
    ],
    ["by a KPI without any value", async () => withKpi(0), "kpiId", /has no value yet/],
    [
      "by a KPI whose worth nobody approved",
      async () => withKpi(60, { approve: false }),
      "kpiId",
      /Nobody has approved/,
    ],
    [
      "by a KPI that should stay in a band",
      async () => withKpi(60, { more: { direction: "band", bandLow: 1, bandHigh: 2 } }),
      "kpiId",
      /within a band/,
    ],
    ["by a KPI that it does not move", async () => ({ ...(await withKpi(60)), effects: [] }), "kpiId", /Say so under/],
  ])("%s is refused at the field", async (_, make, field, sentence) => {
    const { kpiId, effects, liveOn } = await make();
    const { id, caller, version } = await useCase(effects);
    const refused = caller.measured.goLive({ id, version: await version(), kpiId, liveOn, ...paid });
    await expect(refused).rejects.toThrow(sentence);
    await expect(refused).rejects.toMatchObject({ code: "BAD_REQUEST", cause: { detail: { field } } });
  });

  async function withKpi(days: number, options: { approve?: boolean; more?: object } = {}) {
    const { id } = await kpiWith(days, `100 + ${NOISE}`, options);
    return { kpiId: id, effects: [id], liveOn: inDays(-5) };
  }

  test("is for what was accepted, and for whoever decides", async () => {
    const kpi = await kpiWith(60, `100 + ${NOISE}`);
    const { id, caller, version } = await useCase([kpi.id], { accepted: false });
    const asked = { id, version: await version(), kpiId: kpi.id, liveOn: inDays(-5), ...paid };
    await expect(caller.measured.goLive(asked)).rejects.toThrow("is not accepted");
    const technician = await somebodyOf(db, "technician", team.ours);
    await expect(technician.measured.goLive(asked)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(caller.measured.goLive({ ...asked, oneOffCents: Number.NaN })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    const itself = { ...asked, drivers: [{ kpiId: kpi.id }] };
    await expect(caller.measured.goLive(itself)).rejects.toThrow("cannot drive itself");
  });
});

describe("the measured value", () => {
  test("is the distance from what would have been, in both bases, with the day on which it was paid back", async () => {
    const kpi = await kpiWith(140, `case when d <= 40 then 90 else 100 end + ${NOISE}`);
    const { id, caller, version } = await useCase([kpi.id]);
    await caller.measured.goLive({ id, version: await version(), liveOn: inDays(-40), kpiId: kpi.id, ...paid });
    const row = await caller.measured.get({ id });
    if (!row?.measured.known) throw new Error("it is measured");
    const { effect, returns, baseline, forecast, says, days } = row.measured.value;
    expect(baseline).toMatchObject({ known: true, value: { days: 90 } });
    if (!effect.known || !returns.known || !forecast.known) throw new Error("all of it is known");
    expect(effect.value.perDay).toBeCloseTo(10, 0);
    expect(effect.value.low).toBeGreaterThan(8.5);
    expect(effect.value.high).toBeLessThan(11.5);
    expect(effect.value).toMatchObject({ measuredDays: 40, missingDays: 0 });
    // 200 cents a day less 10 to run: 2,000 cents are back after 11 days, give or take the noise
    expect(returns.value.cash).toMatchObject({ basis: "cash", costCents: 2_400, days: 40 });
    expect(returns.value.cash.breakEvenDay).toBeGreaterThanOrEqual(10);
    expect(returns.value.cash.breakEvenDay).toBeLessThanOrEqual(12);
    expect(returns.value.amortised).toMatchObject({ basis: "amortised", costCents: 480, breakEvenDay: 1 });
    expect(forecast.value).toMatchObject({ isPace: true, where: "within" });
    expect(says).toMatch(/^\d+(\.\d+)? kW\.h better a day, paid back on day 1[0-2]$/);
    expect(days).toHaveLength(130);
    const { rows } = await caller.measured.overview();
    expect(rows.find((one) => one.useCaseId === id)).toMatchObject({ measured: { value: { says } } });
  });

  test("counts a day without a value as missing, and an adjustment on its day", async () => {
    const kpi = await kpiWith(
      140,
      `case when d = 7 then null when d <= 10 then 90 else 100 end + ${NOISE}`.replace("null", "100"),
    );
    const { id, caller, version } = await useCase([kpi.id]);
    await db.owner.query("alter table kpi_values disable trigger only_added_to");
    await db.owner.query("delete from kpi_values where kpi_id = $1 and day = $2", [kpi.id, inDays(-7)]);
    await db.owner.query("alter table kpi_values enable trigger only_added_to");
    await caller.measured.goLive({ id, version: await version(), liveOn: inDays(-10), kpiId: kpi.id, ...paid });
    const benefit = async () => {
      const row = await caller.measured.get({ id });
      const returns = row?.measured.known ? row.measured.value.returns : null;
      return returns?.known ? returns.value.cash : null;
    };
    const before = await benefit();
    expect(before).toMatchObject({ days: 10, missingDays: 1 });
    const change = { id, day: inDays(-3), cents: -700, reason: "Room 4 stood empty" };
    for (const day of [inDays(-11), inDays(1)])
      await expect(caller.measured.adjust({ ...change, version: await version(), day })).rejects.toMatchObject({
        cause: { detail: { field: "day" } },
      });
    await expect(caller.measured.adjust({ ...change, version: await version(), cents: 0 })).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
    await caller.measured.adjust({ ...change, version: await version() });
    expect((await benefit())?.benefitCents).toBe((before?.benefitCents ?? 0) - 700);
    expect((await caller.measured.get({ id }))?.adjustments).toMatchObject([{ reason: "Room 4 stood empty" }]);
  });

  test("knows what else moved the KPI: a load that fell at go-live is no saving", async () => {
    const load = await kpiWith(140, "(case when d <= 40 then 50 else 60 end) + (d * 5) % 9");
    const kpi = await kpiWith(140, `2 * ((case when d <= 40 then 50 else 60 end) + (d * 5) % 9) + ${NOISE}`);
    const measuredWith = async (drivers: { kpiId: string }[]) => {
      const { id, caller, version } = await useCase([kpi.id]);
      await caller.measured.goLive({
        id,
        version: await version(),
        liveOn: inDays(-40),
        kpiId: kpi.id,
        drivers,
        ...paid,
      });
      const row = await caller.measured.get({ id });
      return row?.measured.known && row.measured.value.effect.known ? row.measured.value.effect.value : null;
    };
    expect((await measuredWith([]))?.low).toBeGreaterThan(15);
    const adjusted = await measuredWith([{ kpiId: load.id }]);
    expect(adjusted?.low).toBeLessThan(0);
    expect(adjusted?.high).toBeGreaterThan(0);
  });

  test("takes the daily mean of a stream for a driver", async () => {
    const kpi = await kpiWith(60, `100 + (d % 5) * 4 + ${NOISE}`);
    await db.owner.query("insert into nodes (id, status, team_id) values ('weather', 'accepted', $1)", [team.ours]);
    const { rows } = await db.owner.query<{ id: number }>(
      "insert into streams (node_id, key, status, unit) values ('weather', 'outdoor', 'accepted', 'Cel') returning id",
    );
    const streamId = rows[0]?.id ?? 0;
    await db.owner.query(
      `insert into rollup_1h (stream_id, bucket, n, bad, vsum, vmin, vmax, minutes)
       select $1, date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - make_interval(days => d, hours => -h), 2, 0, 2 * (d % 5), 0, 9, 2
       from generate_series(1, 60) d cross join generate_series(0, 23) h`,
      [streamId],
    );
    const { id, caller, version } = await useCase([kpi.id]);
    const asked = { id, liveOn: inDays(-20), kpiId: kpi.id, drivers: [{ streamId }], ...paid };
    await caller.measured.goLive({ ...asked, version: await version() });
    const row = await caller.measured.get({ id });
    expect(row?.drivers).toEqual([{ name: "weather / outdoor", kpiId: null, streamId }]);
    expect(row?.measured).toMatchObject({
      known: true,
      value: { effect: { known: true, value: { measuredDays: 20 } } },
    });
    const other = await somebodyOf(db, "technician", team.theirs);
    expect(await other.measured.get({ id })).toBeNull();
  });

  test("of a baseline that scatters too much is refused with the reason, and claims nothing", async () => {
    const kpi = await kpiWith(100, "(d * 37) % 100");
    const { id, caller, version } = await useCase([kpi.id]);
    await caller.measured.goLive({ id, version: await version(), liveOn: inDays(-20), kpiId: kpi.id, ...paid });
    const row = await caller.measured.get({ id });
    expect(row?.measured).toMatchObject({
      known: true,
      value: {
        baseline: { known: false, why: expect.stringMatching(/25 % is the limit/) },
        effect: { known: false },
        returns: { known: false },
        says: expect.stringMatching(/^Not measured: the baseline scatters/),
      },
    });
  });

  test("on a KPI that another one moved meanwhile is shared, and whose part is whose is unknown", async () => {
    const kpi = await kpiWith(140, `case when d <= 40 then 90 else 100 end + ${NOISE}`);
    const [one, two] = [await useCase([kpi.id]), await useCase([kpi.id])];
    await one.caller.measured.goLive({
      id: one.id,
      version: await one.version(),
      liveOn: inDays(-40),
      kpiId: kpi.id,
      ...paid,
    });
    await two.caller.measured.goLive({
      id: two.id,
      version: await two.version(),
      liveOn: inDays(-30),
      kpiId: kpi.id,
      ...paid,
    });
    const row = await one.caller.measured.get({ id: one.id });
    expect(row?.sharedWith).toEqual([{ id: two.id, title: two.title }]);
    expect(row?.measured).toMatchObject({
      known: true,
      value: {
        effect: { known: true },
        returns: { known: false, why: expect.stringContaining("whose part is whose") },
      },
    });
  });

  test("after ninety days is held against the forecast, and tells how well its estimator's ranges hold", async () => {
    const kpi = await kpiWith(220, `case when d <= 100 then 90 else 100 end + ${NOISE}`);
    const { id, caller, version } = await useCase([kpi.id]);
    await caller.measured.goLive({ id, version: await version(), liveOn: inDays(-100), kpiId: kpi.id, ...paid });
    const row = await caller.measured.get({ id });
    expect(row?.measured).toMatchObject({
      known: true,
      value: { clock: { state: "over" }, forecast: { known: true, value: { isPace: false, where: "within" } } },
    });
    const { calibration, open } = await caller.measured.overview();
    expect(calibration).toEqual([
      expect.objectContaining({ records: 1, held: 1, says: "1 of 1 ranges held; 5 are the least to judge by." }),
    ]);
    expect(open.map(({ why }) => why)).toContain("its ninety days are not over");
    expect((await caller.measured.overview({ team: team.ours })).calibration).toEqual(calibration);
    // The sentence is of the team that the page is narrowed to, as its rows are.
    expect(await caller.measured.overview({ team: team.theirs })).toMatchObject({
      rows: [],
      calibration: [],
      open: [],
    });
  });
});
