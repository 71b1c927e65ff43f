import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import { command } from "./role";

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
  process.env.DATABASE_URL = db.appUrl;
  await db.owner.query("insert into users (email, name) values ('ada@test.invalid', 'Ada')");
});
afterAll(async () => {
  delete process.env.DATABASE_URL;
  await db.drop();
});

const roles = async () => {
  const { rows } = await db.owner.query<{ role: string }>("select role from memberships order by role");
  return rows.map(({ role }) => role);
};

test("an empty chair's seat is filled on the machine, and not emptied by mistake", async () => {
  expect(await command.run(["give", "Ada@test.invalid", "chair"])).toBe(0);
  expect(await roles()).toEqual(["chair"]);
  await expect(command.run(["take", "ada@test.invalid", "chair"])).rejects.toThrow("seat empty");
  expect(await command.run(["take", "ada@test.invalid", "chair", "--empty-chair"])).toBe(0);
  expect(await roles()).toEqual([]);
  const { rows } = await db.owner.query("select actor_name, action from audit_log order by n");
  expect(rows).toEqual([
    { actor_name: "command line", action: "role.grant" },
    { actor_name: "command line", action: "role.revoke" },
  ]);
});

test.each([
  [["give", "nobody@test.invalid", "chair"], "Nobody has the address"],
  [["give", "ada@test.invalid", "king"], "must be one of"],
  [["give", "ada@test.invalid", "technician"], "choose one"],
  [["promote", "ada@test.invalid", "chair"], "needs a verb"],
])("%j is refused: %s", async (args, sentence) => {
  await expect(command.run(args)).rejects.toThrow(sentence);
  expect(await roles()).toEqual([]);
});
