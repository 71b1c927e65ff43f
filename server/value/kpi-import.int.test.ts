import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { addTeams, somebodyOf } from "./testing-people";

const DAY_MS = 86_400_000;
let db: TestDb;
let team = { ours: "", theirs: "" };
beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
});
afterAll(() => db.drop());

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
const file = (...lines: readonly string[]) => Buffer.from(["day,value", ...lines].join("\n")).toString("base64");
const about = (value: number) => ({ low: value, mode: value, high: value });
const definition = {
  ...{
    unit: "t",
    direction: "up" as const,
    source: "import" as const,
    timeZone: "UTC",
    fromMinute: 0,
    toMinute: 1_440,
  },
  ...{ minCoverage: 0.8, maxStaleS: 7 * 86_400, isAdditive: true, valueCents: about(100), currency: "EUR" },
};

test("days of another system go in, a changed one as another revision, and the KPI is known until they are stale", async () => {
  const scientist = await somebodyOf(db, "data-scientist", team.ours);
  const { id } = await scientist.value.addKpi({ name: "Tonnes sold", teamId: team.ours, definition });
  const now = async () => (await scientist.value.kpi({ id })).kpi;
  expect((await now()).now).toEqual({ known: false, why: "nobody has imported a value" });
  const first = file(`${inDays(-2)},12.5`, `${inDays(-1)},-3e2`);
  expect(await scientist.value.importKpiValues({ id, version: 1, file: first })).toMatchObject({
    added: 2,
    faults: [],
  });
  expect((await now()).now).toMatchObject({ known: true, value: { value: -300, day: inDays(-1) } });
  const second = file(`${inDays(-2)},12.5`, `${inDays(-1)},14`);
  const done = await scientist.value.importKpiValues({ id, version: 2, file: second });
  expect(done).toMatchObject({ added: 0, revised: 1, unchanged: 1 });
  const { rows } = await db.owner.query(
    "select revision, value from kpi_values where kpi_id = $1 and day = $2 order by 1",
    [id, inDays(-1)],
  );
  expect(rows).toEqual([
    { revision: 1, value: -300 },
    { revision: 2, value: 14 },
  ]);
  await db.owner.query("alter table kpi_values disable trigger user");
  await db.owner.query("update kpi_values set day = day - 10 where kpi_id = $1", [id]);
  expect((await now()).now).toMatchObject({
    known: false,
    why: expect.stringContaining("the last value that was imported is of"),
  });
});

test("every wrong cell is named by row and column, and nothing goes in", async () => {
  const scientist = await somebodyOf(db, "data-scientist", team.ours);
  const { id } = await scientist.value.addKpi({ name: "Tonnes lost", teamId: team.ours, definition });
  const wrong = file(
    `${inDays(-3)},1`,
    `${inDays(0)},1`,
    "2026-02-30,1",
    `${inDays(-3)},2`,
    `${inDays(-4)},"1,5"`,
    "x,NaN",
    "1",
  );
  const { faults, ...told } = await scientist.value.importKpiValues({ id, version: 1, file: wrong });
  expect(told).toMatchObject({ added: 0, faultCount: 7 });
  expect(faults.map(({ row, column, reason }) => `${row} ${column}: ${reason}`)).toEqual([
    "3 day: This day is not over yet.",
    "4 day: Write a day as 2026-11-28.",
    "5 day: Row 2 has the same day.",
    "6 value: Write decimals with a point: 12.5.",
    "7 day: Write a day as 2026-11-28.",
    "7 value: Enter a plain number without units or separators.",
    "8 : This row has 1 cells; the header has 2.",
  ]);
  expect((await scientist.value.kpi({ id })).kpi.days).toEqual([]);
});

test("only a KPI that is imported takes a file, only from who may estimate; who may not and who is of another team are answered like none", async () => {
  const scientist = await somebodyOf(db, "data-scientist", team.ours);
  const byHand = { ...definition, source: "manual" as const };
  const { id } = await scientist.value.addKpi({ name: "Stops", teamId: team.ours, definition: byHand });
  const one = { id, version: 1, file: file(`${inDays(-1)},1`) };
  await expect(scientist.value.importKpiValues(one)).rejects.toThrow("does not come from another system");
  const auditor = await somebodyOf(db, "auditor", team.ours);
  await expect(auditor.value.importKpiValues(one)).rejects.toMatchObject({ code: "NOT_FOUND" });
  const stranger = await somebodyOf(db, "data-scientist", team.theirs);
  await expect(stranger.value.importKpiValues(one)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
