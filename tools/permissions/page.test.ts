import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { permissionsPage } from "./page";

test("the page of permissions says what the table says", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "security", "permissions.md"), "utf8");
  expect(page, "run: npx tsx tools/permissions/generate.ts").toBe(permissionsPage());
});
