import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VERSION } from "./version";

test("every process says the release that package.json names", () => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "package.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({ version: VERSION });
});
