import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { addTeams, somebodyOf } from "./testing-people";

let db: TestDb;
let team = { ours: "", theirs: "" };
let executive: Awaited<ReturnType<typeof somebodyOf>>;
const about = (value: number) => ({ low: value, mode: value, high: value });

beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
  executive = await somebodyOf(db, "executive", team.ours);
});
afterAll(() => db.drop());

/** A node with a device of one live stream, and a stream of no device. */
async function plant(node: string, teamId: string) {
  const slots = JSON.stringify([{ slot: "wear", committed: "sha256:a" }]);
  await db.owner.query("insert into nodes (id, status, team_id, online, slots) values ($1, 'accepted', $2, true, $3)", [
    ...[node, teamId, slots],
  ]);
  const device = await db.owner.query<{ id: number }>(
    "insert into devices (node_id, key) values ($1, 'pump-1') returning id",
    [node],
  );
  const streams = await db.owner.query<{ id: number }>(
    `insert into streams (node_id, device_id, key, status, unit, rate_hz)
     values ($1, $2, 'pump-1/power', 'accepted', 'kW', 1), ($1, null, 'ambient', 'accepted', 'Cel', 0.01) returning id`,
    [node, device.rows[0]?.id],
  );
  const [power = 0, ambient = 0] = streams.rows.map(({ id }) => id);
  await db.owner.query("insert into latest_values (stream_id, ts, value) values ($1, now(), 1)", [power]);
  return { device: device.rows[0]?.id ?? 0, power, ambient };
}

test("the line of a use case leads from its outcomes over KPIs and models down to devices and nodes, with their state of now", async () => {
  const { device, power, ambient } = await plant("lyon-1", team.ours);
  await db.owner.query(
    `insert into inference (id, node_id, slot, model, role, ts, output, stream_ids)
     values (gen_random_uuid(), 'lyon-1', 'wear', 'sha256:a', 'active', now(), '{}', $1)`,
    [[power]],
  );
  const { id: kpiId } = await executive.value.addKpi({
    ...{ name: "Ambient", teamId: team.ours },
    definition: {
      ...{ unit: "Cel", direction: "down", source: "stream", stat: "mean", streamId: ambient, timeZone: "UTC" },
      ...{ fromMinute: 0, toMinute: 1_440, minCoverage: 0.8, maxStaleS: 900, isAdditive: false },
      ...{ valueCents: about(1), currency: "EUR" },
    },
  });
  const wanted = { statement: "A cooler hall", ownerId: executive.id, horizon: "2035-01-01", teamId: team.ours };
  const outcome = await executive.value.addOutcome({ ...wanted, kpis: [{ kpiId, baseline: 30, target: 25 }] });
  const { id } = await executive.value.propose({ title: "Cool", teamId: team.ours });
  await executive.value.setNeeds({ id, version: 1, needs: [{ capability: "wear", nodeId: "lyon-1", slot: "wear" }] });
  await executive.value.setEffects({ id, version: 2, effects: [{ kpiId, effect: about(1) }] });

  const { outcomes, things, links } = await executive.value.line({ id });
  expect(outcomes).toEqual([{ id: outcome.id, statement: "A cooler hall", horizon: "2035-01-01", kpiId }]);
  expect(things.map(({ id: thing, label, state, why }) => [thing, label, state, why].join(", ")).sort()).toEqual(
    [
      `device:${device}, lyon-1 / pump-1, satisfied, sending`,
      "node:lyon-1, lyon-1, satisfied, connected",
      `stream:${power}, lyon-1 / pump-1/power, satisfied, sending`,
      `stream:${ambient}, lyon-1 / ambient, missing, no reading yet`,
    ].sort(),
  );
  expect(links.map(({ from, to }) => `${from} > ${to}`).sort()).toEqual(
    [
      ...[`model:lyon-1/wear > stream:${power}`, "model:lyon-1/wear > node:lyon-1", `kpi:${kpiId} > stream:${ambient}`],
      ...[`stream:${power} > device:${device}`, `device:${device} > node:lyon-1`, `stream:${ambient} > node:lyon-1`],
    ].sort(),
  );
});

test("things of another team are not on the line, and the line of their use case is not there", async () => {
  const theirs = await plant("theirs-1", team.theirs);
  const { id } = await executive.value.propose({ title: "Spread", teamId: team.ours });
  await executive.value.setNeeds({ id, version: 1, needs: [{ capability: "power", streamId: theirs.power }] });
  const [ours, other] = await Promise.all([
    somebodyOf(db, "data-scientist", team.ours),
    somebodyOf(db, "data-scientist", team.theirs),
  ]);
  expect((await executive.value.line({ id })).things).toHaveLength(3);
  expect(await ours.value.line({ id })).toEqual({ outcomes: [], things: [], links: [] });
  await expect(other.value.line({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
