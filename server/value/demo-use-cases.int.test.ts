import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { systemContext } from "@/server/core/context";
import { listPages } from "@/server/demo/queries";
import { addDemoPeople } from "@/server/identity/demo-people";
import { demandAudit } from "@/server/testing-audit";
import { demoActors } from "./demo-actors";
import { addDemoOutcomes } from "./demo-outcomes";
import { addDemoUseCases } from "./demo-use-cases";
import { listOutcomes } from "./outcome-queries";
import { findUseCase, getPortfolio } from "./queries";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
  await addDemoPeople(await systemContext(db.pool, "demo"));
  await demandAudit(db.owner);
});
afterAll(() => db.drop());

async function announce(node: string, keys: readonly string[]): Promise<void> {
  await db.owner.query("insert into nodes (id, status, online) values ($1, 'accepted', true)", [node]);
  await db.owner.query(
    "insert into streams (node_id, key, status, rate_hz, unit) select $1, 'a/' || key, 'accepted', 1, case when key like '%power' then 'kW' else 'mm/s' end from unnest($2::text[]) key",
    [node, keys],
  );
}

test("the demo's portfolio grows with the streams that announce themselves, and is written once", async () => {
  expect(await addDemoUseCases(db.pool, await demoActors(db.pool))).toBe(false);
  expect((await getPortfolio(db.pool, Date.now())).rows).toEqual([]);
  await announce("edge-lyon-1", ["vibration-rms", "bearing-temperature", "motor-current", "motor-power", "total-flow"]);
  expect(await addDemoUseCases(db.pool, await demoActors(db.pool))).toBe(false);
  expect((await getPortfolio(db.pool, Date.now())).rows).toHaveLength(2);
  await announce("edge-lyon-2", ["peak-force", "vibration-rms", "oil-temperature", "oil-pressure"]);
  await announce("cold-store-1", ["compressor-power", "air-temperature", "coil-temperature"]);
  expect(await listPages(db.pool)).toEqual([]); // nothing is told before it is there
  expect(await addDemoUseCases(db.pool, await demoActors(db.pool))).toBe(true);
  expect(await addDemoUseCases(db.pool, await demoActors(db.pool))).toBe(true);
  expect((await listPages(db.pool)).map(({ href }) => href)).toEqual(["/portfolio", "/portfolio/plan"]);
  const { rows: told } = await db.owner.query("select 1 from audit_log where action = 'demo.pages'");
  expect(told, "told twice, written once").toHaveLength(1);

  const { rows, policy } = await getPortfolio(db.pool, Date.now());
  expect(policy).toMatchObject({ version: 1, budgetCents: 12_000_000 });
  expect(
    rows.map(({ title, intake, stage }) => `${title}: ${intake}, ${stage}`).sort((a, b) => (a < b ? -1 : 1)),
  ).toEqual([
    "Bearing wear, pump house: accepted, prove",
    "Cold-store energy: accepted, prove",
    "Oil quality by sound: pending, idea",
    "Press wear, line 2: accepted, pilot",
    "Pump house energy: accepted, idea",
  ]);
  const bearings = rows.find(({ title }) => title.startsWith("Bearing"));
  expect(bearings).toMatchObject({ committedCents: 2_400_000, sponsorName: "Elena Marchetti" });
  expect(bearings?.forecast?.p50).toBeGreaterThan(0);
  const pumps = await findUseCase(db.pool, rows.find(({ title }) => title.startsWith("Pump"))?.id ?? "", Date.now());
  expect(pumps?.options).toMatchObject([{ name: "Speed drives on the pumps" }, { name: "New pumps, drives built in" }]);
  expect(pumps?.estimates.map(({ option }) => option).sort()).toEqual([1, 2]);
  // no reading came yet: what is needed is known, and not there
  expect(bearings?.capabilities.map(({ state }) => state)).toEqual(["missing", "missing", "missing"]);
});

test("its outcomes follow its use cases, and are written once", async () => {
  const as = await demoActors(db.pool);
  expect(await addDemoOutcomes(db.pool, as)).toBe(true);
  expect(await addDemoOutcomes(db.pool, as)).toBe(true);
  const outcomes = await listOutcomes(db.pool, Date.now());
  expect(outcomes.map(({ statement, state, ownerName }) => `${statement}: ${state}, ${ownerName}`)).toEqual([
    "Pumps that run calmly: active, Elena Marchetti",
    "A tenth less energy in the cold store: active, Elena Marchetti",
  ]);
  expect(outcomes[1]?.kpis).toMatchObject([
    { name: "Energy per day, cold store", unit: "kW.h", baseline: 280, movedBy: [{ title: "Cold-store energy" }] },
  ]);
  // no reading came yet: nothing of it looks known
  expect(outcomes[1]?.kpis[0]?.now).toEqual({ known: false, why: "its stream has no reading" });
});
