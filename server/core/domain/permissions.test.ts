import { expect, test } from "vitest";
import { ACTIONS, can, isRead, PERMISSIONS, type Principal, reachOf, type Role, ROLES, sightOf } from "./permissions";

const holding = (role: Role, teamId: string | null = null): Principal => ({
  kind: "user",
  memberships: [{ role, teamId }],
});

test("a team role reaches its own team and no other", () => {
  const technician = holding("technician", "team-a");
  expect(can(technician, "fleet.accept", { teamId: "team-a" })).toBe(true);
  expect(can(technician, "fleet.accept", { teamId: "team-b" })).toBe(false);
  expect(reachOf(technician, "fleet.read")).toEqual({ scope: "team", teamIds: ["team-a"] });
});

test("a team role without a team reaches nothing of a team", () => {
  expect(reachOf(holding("technician"), "fleet.read")).toBeNull();
});

test("of several roles the widest counts", () => {
  const both: Principal = {
    kind: "user",
    memberships: [
      { role: "technician", teamId: "a" },
      { role: "executive", teamId: null },
    ],
  };
  expect(reachOf(both, "fleet.read")).toEqual({ scope: "org" });
  expect(reachOf(both, "fleet.accept")).toEqual({ scope: "team", teamIds: ["a"] });
});

test("nobody without a role may do anything, and what is one's own is nobody else's", () => {
  for (const action of ACTIONS) expect(can({ kind: "user", memberships: [] }, action), action).toBe(false);
  expect(can(holding("admin"), "account.manage")).toBe(true);
  expect(can(holding("admin"), "account.manage", { teamId: "a" })).toBe(false);
});

test("a token that reads changes nothing, whatever its role", () => {
  const reading = (role: Role): Principal => ({ ...holding(role, "a"), kind: "token", readOnly: true });
  const changes = ROLES.flatMap((role) => ACTIONS.filter((action) => !isRead(action) && can(reading(role), action)));
  expect(changes).toEqual([]);
});

test("auditors change nothing but what is their own", () => {
  const changes = ACTIONS.filter((action) => !isRead(action) && "auditor" in PERMISSIONS[action].to);
  expect(changes.sort()).toEqual(["account.manage", "jobs.own", "views.manage"]);
});

test("whoever does something with the log sees all of it, and accounts are open to what is about people alone", () => {
  const opens = (sight: "accounts" | "audit") => ACTIONS.filter((action) => sightOf(action).includes(sight));
  expect(opens("audit")).toEqual(ACTIONS.filter((action) => action.startsWith("audit.")));
  const people = /^(users|roles|sessions|tokens|teams|audit)\./;
  expect(opens("accounts")).toEqual(ACTIONS.filter((action) => people.test(action)));
});
