import { expect, test } from "vitest";
import type { Role } from "@/server/core/domain/permissions";
import { rolesVerdict } from "./roles-verdict";

const holding = (userId: string, role: Role, disabled = false) => ({ userId, role, disabled });

test("an empty chair is said first; a disabled one counts as empty", () => {
  expect(rolesVerdict([holding("a", "chair", true), holding("b", "admin")])).toContain("Nobody holds the chair’s seat");
});

test("otherwise who sits on the council and who administers", () => {
  expect(rolesVerdict([holding("a", "chair"), holding("b", "admin"), holding("c", "member")])).toBe(
    "1 member sits on the council under one chair, and one person administers",
  );
});
