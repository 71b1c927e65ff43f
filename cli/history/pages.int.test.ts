import { afterAll, beforeAll, expect, test } from "vitest";
import { pageFindings } from "@/cli/history/read-back";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { systemContext } from "@/server/core/context";
import { notePages } from "@/server/demo/verbs";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
});
afterAll(() => db.drop());

test("a page that has nothing to tell is named, with what to do", async () => {
  expect(await pageFindings(db.pool)).toEqual([]);
  await notePages(await systemContext(db.pool, "test"), [
    { id: "portfolio", title: "What to fund next", sentence: "Ranked.", href: "/portfolio" },
    {
      id: "go-live",
      title: "A saving",
      sentence: "Measured.",
      href: "/portfolio/0d9b4d38-5b0c-4c57-9a3c-2f4f6d0f7a11",
    },
  ]);
  const findings = await pageFindings(db.pool);
  expect(findings.map(({ state, found }) => `${state}: ${found}`)).toEqual([
    "fail: portfolio: the page /portfolio has nothing to tell: the database holds 0 use cases.",
    expect.stringMatching(/^fail: go-live: the page \/portfolio\/0d9b\S+ has nothing to tell/),
  ]);
  expect(findings[0]?.fix).toMatch(/start it again/);
});

test("a story has a page or a place in a chart, never both", async () => {
  await expect(
    db.owner.query("insert into demo_stories (id, title, sentence) values ('nowhere', 'a', 'b')"),
  ).rejects.toThrow(/told_by_page_or_chart/);
});
