import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { addTeams, somebodyOf } from "./testing-people";

let db: TestDb;
let team = { ours: "", theirs: "" };
beforeAll(async () => {
  db = await cloneTestDb();
  team = await addTeams(db);
});
afterAll(() => db.drop());

/** As if everybody had looked that long ago. */
const backThen = (interval: string) =>
  db.owner.query("update portfolio_visits set seen_at = seen_at - $1::interval, before_at = before_at - $1::interval", [
    interval,
  ]);

test("what others changed since the visit before is told, once the next one begins; one's own acts are no news", async () => {
  const executive = await somebodyOf(db, "executive", team.ours);
  const chair = await somebodyOf(db, "chair", team.ours);
  const { id } = await executive.value.propose({ title: "Bearing wear" });
  await executive.value.visit();
  expect(await executive.value.changes()).toEqual({ sinceMs: null, ranks: {}, changes: [] });

  await backThen("2 days");
  await chair.value.triage({ id, version: 1, to: "accepted" });
  await chair.value.move({ id, version: 2, to: "pilot", why: "it is time" });
  const other = await executive.value.propose({ title: "My own" });
  await executive.value.visit();
  const told = await executive.value.changes();
  expect(told.sinceMs).toBeLessThan(Date.now() - 47 * 3_600_000);
  expect(told.changes).toMatchObject([{ useCaseId: id, says: "Moved to S2 Pilot: it is time, by t, and 1 more" }]);
  expect(told.changes.map(({ useCaseId }) => useCaseId)).not.toContain(other.id);

  // Within one visit the one before stays.
  await backThen("20 minutes");
  await executive.value.visit();
  expect((await executive.value.changes()).changes).toHaveLength(1);
});

test("a visit is one's own, and of another team's use cases nothing is told", async () => {
  const technician = await somebodyOf(db, "technician", team.ours);
  const chair = await somebodyOf(db, "chair", team.ours);
  const foreign = await somebodyOf(db, "technician", team.theirs);
  await technician.value.visit();
  await backThen("1 day");
  const { id } = await foreign.value.propose({ title: "Theirs" });
  await chair.value.triage({ id, version: 1, to: "accepted" });
  await technician.value.visit();
  expect(await technician.value.changes()).toMatchObject({ changes: [] });
  expect(await foreign.value.changes()).toMatchObject({ sinceMs: null });
});
