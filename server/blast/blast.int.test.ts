import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { addTeams, somebodyOf } from "@/server/value/testing-people";

let db: TestDb;
let team = { ours: "", theirs: "" };
let executive: Awaited<ReturnType<typeof somebodyOf>>;
let n = 0;
const about = (value: number) => ({ low: value, mode: value, high: value });
const figures = {
  currency: "EUR",
  ...{ benefitCentsPerDay: about(20_000), oneOffCents: about(100), runCentsPerDay: about(1) },
  ...{ adoption: about(0.5), technicalProbability: about(0.5), rampDays: 0 },
};

beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
  executive = await somebodyOf(db, "executive", team.ours);
});
afterAll(() => db.drop());

/** A node that is there, with two devices of one live stream each and a model that scores both. */
async function plant(teamId = team.ours) {
  const node = `plant-${++n}`;
  await db.owner.query("insert into nodes (id, status, team_id, online, slots) values ($1, 'accepted', $2, true, $3)", [
    node,
    teamId,
    JSON.stringify([{ slot: "wear", committed: "sha256:a" }]),
  ]);
  const devices: number[] = [];
  const streams: number[] = [];
  for (const key of ["pump-1", "pump-2"]) {
    const device = await db.owner.query<{ id: number }>(
      "insert into devices (node_id, key) values ($1, $2) returning id",
      [node, key],
    );
    devices.push(device.rows[0]?.id ?? 0);
    const stream = await db.owner.query<{ id: number }>(
      "insert into streams (node_id, device_id, key, status, unit, rate_hz) values ($1, $2, $3, 'accepted', 'kW', 0.001) returning id",
      [node, devices.at(-1), `${key}/power`],
    );
    streams.push(stream.rows[0]?.id ?? 0);
    await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, now(), 1)", [streams.at(-1)]);
    await db.owner.query(
      `insert into inference (id, node_id, slot, model, role, ts, output, stream_ids) values (gen_random_uuid(), $1, 'wear', 'sha256:a', 'active', now(), '{}', $2)`,
      [node, [streams.at(-1)]],
    );
  }
  const [one = 0, two = 0] = streams;
  return { node, devices, one, two };
}

interface AskedNeed {
  capability: string;
  streamId?: number;
  deviceId?: number;
  nodeId?: string;
  slot?: string;
}

async function useCase(needs: AskedNeed[]) {
  const title = `Use case ${++n}`;
  const { id } = await executive.value.propose({ title, teamId: team.ours, figures });
  await executive.value.setNeeds({ id, version: 1, needs });
  return { id, title };
}

test("a stream takes what stands on it alone; what has another provider goes on, and so does a model that sees the rest", async () => {
  const { node, one, two } = await plant();
  const alone = await useCase([{ capability: "power", streamId: one }]);
  const either = await useCase([
    { capability: "power", streamId: one },
    { capability: "power", streamId: two },
  ]);
  const model = await useCase([{ capability: "wear", nodeId: node, slot: "wear" }]);
  await useCase([{ capability: "power", streamId: two }]);
  const radius = await executive.blast.of({ kind: "stream", id: one });
  expect(radius.label).toBe(`${node} / pump-1/power`);
  expect(radius.useCases.map(({ title, becomes }) => [title, becomes])).toEqual([
    [alone.title, "stops"],
    [either.title, "weaker"],
    [model.title, "weaker"],
  ]);
  expect(radius.useCases[0]?.centsPerDay).toEqual({ known: true, value: { cents: 5_000, basis: "estimated" } });
  expect(radius.lost).toEqual({ liveCents: 0, promisedCents: 5_000, unknownUseCases: 0 });
  const other = await executive.blast.of({ kind: "stream", id: two });
  expect(other.useCases).toHaveLength(3);
});

test("a device takes its streams, a node all of it, a model itself", async () => {
  const { node, devices, one, two } = await plant();
  const [device = 0] = devices;
  const both = await useCase([
    { capability: "power", streamId: one },
    { capability: "power", streamId: two },
  ]);
  const machine = await useCase([{ capability: "a pump", deviceId: device }]);
  const model = await useCase([{ capability: "wear", nodeId: node, slot: "wear" }]);
  const place = await useCase([{ capability: "a place", nodeId: node }]);
  const fates = async (thing: Parameters<typeof executive.blast.of>[0]) =>
    Object.fromEntries((await executive.blast.of(thing)).useCases.map(({ title, becomes }) => [title, becomes]));
  expect(await fates({ kind: "device", id: device })).toEqual({
    [machine.title]: "stops",
    [both.title]: "weaker",
    [model.title]: "weaker",
  });
  expect(await fates({ kind: "stream", id: one }), "a device of one stream goes with it").toMatchObject({
    [machine.title]: "stops",
  });
  expect(await fates({ kind: "node", node })).toEqual({
    [both.title]: "stops",
    [machine.title]: "stops",
    [model.title]: "stops",
    [place.title]: "stops",
  });
  expect(await fates({ kind: "model", node, slot: "wear" })).toEqual({ [model.title]: "stops" });
});

test("KPIs that are computed from it become unknown, with the outcomes that are seen by them; rejected use cases need nothing", async () => {
  const { node, one } = await plant();
  const definition = {
    ...{ unit: "kW", direction: "down" as const, source: "stream" as const, stat: "mean" as const, streamId: one },
    ...{ timeZone: "UTC", fromMinute: 0, toMinute: 1_440, minCoverage: 0.8, maxStaleS: 900, isAdditive: true },
    ...{ valueCents: about(1), currency: "EUR" },
  };
  const { id: kpiId } = await executive.value.addKpi({ name: `Power ${node}`, teamId: team.ours, definition });
  await executive.value.addOutcome({
    ...{ statement: `Less ${node}`, ownerId: executive.id, horizon: "2035-01-01", teamId: team.ours },
    kpis: [{ kpiId, baseline: 3, target: 1 }],
  });
  const { id } = await useCase([{ capability: "power", streamId: one }]);
  const radius = await executive.blast.of({ kind: "node", node });
  expect(radius.kpis).toEqual([{ id: kpiId, name: `Power ${node}` }]);
  expect(radius.outcomes).toMatchObject([{ statement: `Less ${node}` }]);
  expect(radius.useCases.map((one) => one.id)).toEqual([id]);
  await executive.value.triage({ id, version: 2, to: "rejected", why: "late" });
  expect((await executive.blast.of({ kind: "node", node })).useCases).toEqual([]);
});

test("what is measured by it can no longer be measured", async () => {
  const { one, two } = await plant();
  const { id } = await useCase([{ capability: "power", streamId: two }]);
  await db.owner.query("update use_cases set intake = 'accepted' where id = $1", [id]);
  const definition = {
    ...{
      unit: "1",
      direction: "down" as const,
      source: "manual" as const,
      timeZone: "UTC",
      fromMinute: 0,
      toMinute: 1_440,
    },
    ...{ minCoverage: 0.8, maxStaleS: 900, isAdditive: true, valueCents: about(7), currency: "EUR" },
  };
  const { id: kpiId } = await executive.value.addKpi({ name: `Stops ${++n}`, teamId: team.ours, definition });
  const chair = await somebodyOf(db, "chair", team.ours);
  await chair.value.approveKpi({ id: kpiId, version: 1 });
  await db.owner.query(
    `insert into kpi_values (kpi_id, version, day, revision, value, n, coverage, quality, made_by_name)
     select $1, 1, current_date - d, 1, 10, 1, 1, 'manual', 'test' from generate_series(1, 20) d`,
    [kpiId],
  );
  await executive.value.setEffects({ id, version: 2, effects: [{ kpiId, effect: about(1) }] });
  await executive.measured.goLive({
    ...{ id, version: 3, kpiId, liveOn: new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10) },
    ...{ drivers: [{ streamId: one }], oneOffCents: 1, runCentsPerDay: 1, usefulLifeDays: 10 },
  });
  const radius = await executive.blast.of({ kind: "stream", id: one });
  expect(radius.useCases).toMatchObject([{ id, becomes: "unmeasured", isLive: true }]);
  const third = await plant();
  const computed = { ...definition, unit: "kW", source: "stream" as const, stat: "mean" as const, streamId: third.one };
  const driver = await executive.value.addKpi({ name: `Load ${++n}`, teamId: team.ours, definition: computed });
  await db.owner.query(
    "insert into go_live_drivers (use_case_id, position, kpi_id, kpi_version) select use_case_id, max(position) + 1, $2::uuid, 1 from go_live_drivers where use_case_id = $1 group by 1",
    [id, driver.id],
  );
  const byKpi = await executive.blast.of({ kind: "stream", id: third.one });
  expect(byKpi.useCases, "a driver that is a KPI stands on its stream").toMatchObject([{ id, becomes: "unmeasured" }]);
  expect((await executive.blast.of({ kind: "stream", id: two })).lost).toMatchObject({
    liveCents: 5_000,
    promisedCents: 0,
  });
});

test("of the other team nothing is seen: neither the thing nor what depends on it", async () => {
  const theirs = await plant(team.theirs);
  const ours = await plant();
  await useCase([{ capability: "power", streamId: ours.one }]);
  const stranger = await somebodyOf(db, "technician", team.theirs);
  await expect(stranger.blast.of({ kind: "stream", id: ours.one })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(stranger.blast.of({ kind: "node", node: ours.node })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(stranger.blast.of({ kind: "model", node: ours.node, slot: "wear" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  await expect(executive.blast.of({ kind: "device", id: 999_999 })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const seen = await useCase([{ capability: "power", streamId: theirs.one }]);
  expect((await executive.blast.of({ kind: "stream", id: theirs.one })).useCases).toMatchObject([{ id: seen.id }]);
  expect((await stranger.blast.of({ kind: "stream", id: theirs.one })).useCases).toEqual([]);
});
