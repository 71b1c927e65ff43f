import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { findActor, doorAccess } from "@/server/core/door";
import { command } from "./token";

let db: TestDb;
let said = "";
beforeAll(async () => {
  db = await cloneTestDb();
  vi.stubEnv("DATABASE_URL", db.appUrl);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
beforeEach(() => {
  said = "";
});
afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await db.drop();
});

const whoBrings = (token: string) =>
  findActor(doorAccess(db.pool), new Headers({ authorization: `Bearer ${token}` }), Date.now());

test("--json prints one line that a program reads, with a token that opens what its role opens, and nothing else", async () => {
  expect(await command.run(["create", "--role", "data-scientist", "--days", "2", "--name", "nightly", "--json"])).toBe(
    0,
  );
  expect(said.split("\n")).toHaveLength(2);
  const made = z.strictObject({ id: z.uuid(), token: z.string().regex(/^tlp_[\w-]{43}$/) }).parse(JSON.parse(said));
  expect(await whoBrings(made.token)).toMatchObject({
    id: made.id,
    name: "nightly",
    readOnly: true,
    memberships: [{ role: "data-scientist", teamId: expect.any(String) }],
  });
  const { rows } = await db.owner.query(
    `select actor_name, action, after -> 'days' as days from audit_log where subject = $1`,
    [`token:${made.id}`],
  );
  expect(rows).toEqual([{ actor_name: "command line", action: "token.create", days: 2 }]);
});

test("without it a person reads the token, and --write lets it change things", async () => {
  await command.run(["create", "--role", "admin", "--write"]);
  const token = /^token {2}(tlp_\S+)$/m.exec(said)?.[1] ?? "";
  expect(await whoBrings(token)).toMatchObject({ readOnly: false, memberships: [{ role: "admin", teamId: null }] });
});

test.each([
  [["create", "--role", "king"], "--role"],
  [["create", "--role", "admin", "--days", "367"], "--days"],
  [["create"], "--role"],
  [["revoke"], "one verb"],
])("%j is refused and prints nothing that looks like a token", async (args, sentence) => {
  await expect(command.run(args)).rejects.toThrow(sentence);
  expect(said).toBe("");
});
