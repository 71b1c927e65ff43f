import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { openCursors, questionOf } from "./cursor";
import { docsPage } from "./docs-page";
import { openApiDocument } from "./openapi";
import { API_ROUTES } from "./routes";

test("the document is valid OpenAPI 3.1 by the published schema of OpenAPI", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(openApiDocument()));
  expect(errors ?? []).toEqual([]);
  expect([valid, validator.version]).toEqual([true, "3.1"]);
});

test("every route is described, with its parameters as what they are", () => {
  const document = openApiDocument();
  expect(document).toMatchObject({
    paths: Object.fromEntries(["/health", ...API_ROUTES.map(({ path }) => path)].map((path) => [path, { get: {} }])),
  });
  const readings = JSON.stringify(document.paths);
  expect(readings).toContain(
    '"name":"limit","in":"query","required":false,"description":"rows of one page","schema":{"default":1000,"type":"integer","minimum":1,"maximum":10000}',
  );
  expect(readings).toContain('"anyOf":[{"type":"string","format":"date-time"},{"type":"integer"}]');
});

test("the page to read names every route and runs nothing", () => {
  const page = docsPage();
  for (const { path } of API_ROUTES) expect(page).toContain(`GET /api/v1${path}`);
  expect(page).not.toMatch(/<script|https?:\/\/(?!localhost)/);
});

test("T16 a cursor that was changed, or of another question, is refused", () => {
  const cursors = openCursors("a secret of thirty-two bytes or more, for tests");
  const question = questionOf("/readings", { node: "press-1", limit: "5", cursor: "x" });
  const given = cursors.give([7, 1_774_747_800_000_000, 2], question);
  expect(cursors.take(given, question)).toEqual([7, 1_774_747_800_000_000, 2]);
  expect(question).toBe(questionOf("/readings", { limit: "100", node: "press-1" }));
  const forged = Buffer.from(JSON.stringify([1, 0, 0])).toString("base64url");
  for (const cursor of [`${forged}.${given.split(".")[1]}`, given.slice(0, -1), `x${given}`, "", ".", "a.b.c"]) {
    expect(() => cursors.take(cursor, question), cursor).toThrow("changed, or belongs");
  }
  expect(() => cursors.take(given, questionOf("/readings", { node: "press-2" }))).toThrow("changed, or belongs");
  expect(() => openCursors("another secret of thirty-two bytes, or more").take(given, question)).toThrow("changed");
});
