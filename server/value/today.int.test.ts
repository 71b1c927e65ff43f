import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { getHome } from "@/server/home/queries";
import { addTeams, somebodyOf } from "./testing-people";
import { getValueToday } from "./today-queries";

let db: TestDb;
let team = { ours: "", theirs: "" };

beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
  for (const [teamId, title, committedCents] of [
    [team.ours, "Calm pumps", 30_000],
    [team.theirs, "Cold store", 50_000],
    [team.theirs, "Press wear", 10_000],
  ] as const) {
    const executive = await somebodyOf(db, "executive", teamId);
    const { id } = await executive.value.propose({ title, teamId });
    await db.owner.query(
      "update use_cases set intake = 'accepted', stage = 'pilot', committed_cents = $2 where id = $1",
      [id, committedCents],
    );
    await db.owner.query(
      `insert into outcomes (org_id, team_id, statement, owner_id, horizon, state, created_by, created_by_name)
       select t.org_id, t.id, $2, (select id from users where org_id = t.org_id limit 1), '2027-12-31', 'active', 'test', 'test' from teams t where t.id = $1`,
      [teamId, `${title} by next year`],
    );
  }
});
afterAll(() => db.drop());

test("narrowed to a team, the first pages speak of its use cases and outcomes alone", async () => {
  const now = Date.now();
  const [all, ours, theirs] = [
    await getValueToday(db.pool, now, null),
    await getValueToday(db.pool, now, team.ours),
    await getValueToday(db.pool, now, team.theirs),
  ];
  expect(all).toMatchObject({ useCases: { accepted: 3 }, outcomes: { active: 3 } });
  expect(all.title).toContain("€900 is committed to 3 use cases");
  expect(ours).toMatchObject({
    useCases: { accepted: 1, waitsFor: "Calm pumps: nobody has said what it needs" },
    outcomes: { active: 1, unknown: "Calm pumps by next year: no KPI is bound" },
  });
  expect(ours.title).toContain("€300 is committed to 1 use case");
  expect(theirs).toMatchObject({ useCases: { accepted: 2 }, outcomes: { active: 2 } });
  expect(theirs.title).toContain("€600 is committed to 2 use cases");
});

test("the first page of the executive is narrowed by the switch of teams", async () => {
  const asks = { mayDecide: false, asksForValue: true };
  const facts = await getHome(db.pool, { team: team.ours, site: null }, Date.now(), asks);
  expect(facts.value?.title).toContain("€300 is committed to 1 use case");
});
