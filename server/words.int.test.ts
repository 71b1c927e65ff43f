import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import * as rpc from "@/app/api/trpc/[trpc]/route";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { makeTestToken } from "./testing-web";

/** What people type, through the door by which the browser sends it: every refusal names code, field and what to do. */
let db: TestDb;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  db = await cloneTestDb();
  process.env.DATABASE_URL = db.appUrl;
  for (const role of ["admin", "chair", "executive"] as const)
    tokens[role] = await makeTestToken(db.owner, role, "write");
});
afterAll(async () => {
  delete process.env.DATABASE_URL;
  await globalThis.throughlineWeb?.pool.end();
  globalThis.throughlineWeb = undefined;
  await db.drop();
});

const Refusal = z.object({
  error: z.object({
    json: z.object({
      message: z.string(),
      data: z.object({ reason: z.string().nullable(), field: z.string().nullable(), hint: z.string().nullable() }),
    }),
  }),
});

async function refusalOf(as: string, path: string, json: object) {
  const headers = { "content-type": "application/json", "x-tl": "1", authorization: `Bearer ${tokens[as]}` };
  const body = JSON.stringify({ json });
  const answer = await rpc.POST(new Request(`http://localhost/api/trpc/${path}`, { method: "POST", body, headers }));
  expect(answer.status, `${path} ${body.slice(0, 120)}`).toBe(400);
  const { message, data } = Refusal.parse(await answer.json()).error.json;
  expect(message).toMatch(/^[A-Z].*\.$/);
  expect(data.hint).toMatch(/\S/);
  return [data.reason, data.field];
}

const NOBODY = "00000000-0000-4000-8000-000000000000";
const SEEN = { id: NOBODY, version: 1 };
const person = { email: "ada@test.invalid", role: "technician" };
const view = { page: "fleet", query: "show=offline" };
/** Each kind of form that asks for a name, as it is sent. */
const FORMS: readonly [form: string, as: string, path: string, field: string, with_: (name: string) => object][] = [
  ["a person", "admin", "people.add", "name", (name) => ({ ...person, name })],
  ["a team", "admin", "teams.add", "name", (name) => ({ name })],
  ["a site", "admin", "teams.addSite", "name", (name) => ({ id: "lyon", timeZone: "Europe/Paris", name })],
  ["a view", "admin", "views.save", "name", (name) => ({ ...view, name })],
  ["a use case", "chair", "value.propose", "title", (title) => ({ title })],
  [
    "an outcome",
    "chair",
    "value.addOutcome",
    "statement",
    (statement) => ({ statement, ownerId: NOBODY, horizon: "2030-01-01" }),
  ],
];
const NAMES: readonly [row: string, name: string, code: string][] = [
  ["W01 only blanks", "   ", "E_REQUIRED"],
  ["W01 characters without width", "\u200B\u200D", "E_REQUIRED"],
  ["W02 ten thousand emoji", "\u{1F600}".repeat(10_000), "E_LENGTH"],
  ["W04 letters under a heap of marks", `Z${"\u0335".repeat(400)}`, "E_LENGTH"],
  ["W06 a character that turns text around", "gpj.\u202Eexe", "E_TEXT"],
  ["W08 NUL", "a\u0000b", "E_TEXT"],
  ["W15 half a character", "a\uD800", "E_TEXT"],
  ["W16 a line break in one line", "a\r\nb", "E_TEXT"],
];

describe.each(FORMS)("the name of %s", (_form, as, path, field, filled) => {
  test.each(NAMES)("%s is refused at its field", async (_row, name, code) => {
    expect(await refusalOf(as, path, filled(name))).toEqual([code, field]);
  });
});

test.each<[row: string, path: string, json: object, code: string, field: string]>([
  [
    "W22 a summary of 5,001 letters",
    "value.propose",
    { title: "t", summary: "x".repeat(5_001) },
    "E_LENGTH",
    "summary",
  ],
  [
    "W06 a character that turns text around, in some lines",
    "value.propose",
    { title: "t", summary: "a\u202Eb" },
    "E_TEXT",
    "summary",
  ],
  ["W08 NUL in some lines", "value.propose", { title: "t", summary: "a\u0000" }, "E_TEXT", "summary"],
  [
    "W22 a reason of 5,001 letters",
    "value.triage",
    { ...SEEN, to: "rejected", why: "x".repeat(5_001) },
    "E_LENGTH",
    "why",
  ],
  ["W01 no reason where one is asked for", "value.triage", { ...SEEN, to: "rejected", why: " " }, "E_REQUIRED", "why"],
])("%s is refused at its field", async (_row, path, json, code, field) => {
  expect(await refusalOf("chair", path, json)).toEqual([code, field]);
});

const kpis = (row: object) => ({
  ...{ statement: "Calm pumps", ownerId: NOBODY, horizon: "2030-01-01" },
  kpis: [{ kpiId: NOBODY, baseline: 2, target: 1, ...row }],
});
test.each<[row: string, as: string, path: string, json: object, code: string, field: string]>([
  ["W17 a day that is none", "chair", "value.enterKpiValue", { ...SEEN, day: "2026-02-30", value: 1 }, "E_DATE", "day"],
  [
    "W17 a day of another century",
    "chair",
    "value.enterKpiValue",
    { ...SEEN, day: "0001-01-01", value: 1 },
    "E_RANGE",
    "day",
  ],
  [
    "W17 a horizon after everybody",
    "chair",
    "value.addOutcome",
    { ...kpis({}), horizon: "9999-12-31" },
    "E_RANGE",
    "horizon",
  ],
  [
    "W25 a value of 10³⁰",
    "chair",
    "value.enterKpiValue",
    { ...SEEN, day: "2026-02-03", value: 1e30 },
    "E_RANGE",
    "value",
  ],
  ["W25 a target of 10³⁰", "chair", "value.addOutcome", kpis({ target: 1e30 }), "E_RANGE", "kpis[0].target"],
  ["W25 a baseline of −10³⁰", "chair", "value.addOutcome", kpis({ baseline: -1e30 }), "E_RANGE", "kpis[0].baseline"],
])("%s is refused at its field", async (_row, as, path, json, code, field) => {
  expect(await refusalOf(as, path, json)).toEqual([code, field]);
});

/** Text like any other: it is kept as it was typed. */
test.each([
  ["W03 one emoji of several characters", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}"],
  ["W07 letters that look like others", "\u0410dmin"],
  ["W09 a script", "<script>alert(1)</script>"],
  ["W10 markup with a handler", "<img onerror=x>"],
  ["W11 an address that is a script", "javascript:alert(1)"],
  ["W12 a link in Markdown", "[here](javascript:alert(1))"],
  ["W13 a template", "{{7*7}}"],
  ["W14 another template", "${x}"],
])("%s is kept as it was typed", async (_row, name) => {
  const headers = { "content-type": "application/json", "x-tl": "1", authorization: `Bearer ${tokens["admin"]}` };
  const body = JSON.stringify({ json: { name } });
  const answer = await rpc.POST(new Request("http://localhost/api/trpc/teams.add", { method: "POST", body, headers }));
  expect(answer.status, await answer.clone().text()).toBe(200);
  const { rows } = await db.owner.query("select 1 from teams where name = $1", [name]);
  expect(rows).toHaveLength(1);
});
