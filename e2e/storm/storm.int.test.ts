import { expect, test } from "vitest";
import { runStorm } from "./storm";

/** Long storms run on demand: `npm run storm -- --kills 300 --minutes 10`. This one keeps CI honest. */
const KILLS = 60;

test(`${KILLS} kills of edge, ingest, broker and database in turn: nothing acknowledged is lost, nothing doubled, gap records exact`, {
  timeout: 300_000,
}, async () => {
  const report = await runStorm({ seed: 7, kills: KILLS, minPauseMs: 300, maxPauseMs: 1_900 });
  console.log(JSON.stringify(report));
  expect(Object.values(report.kills).reduce((sum, count) => sum + count, 0)).toBe(KILLS);
  expect(report.seconds).toBeLessThan(180);
  for (const [node, account] of Object.entries(report.accounts)) {
    expect(account.kept, node).toBeGreaterThan(1_000);
    const clean = { lost: 0, doubled: 0, invented: 0, contradicted: 0 };
    expect({ node, ...account }).toMatchObject({ node, ...clean });
  }
  expect(report.accounts["storm-1"]?.dropped).toBe(0);
  expect(report.accounts["storm-small"]?.dropped).toBeGreaterThan(0);
});
