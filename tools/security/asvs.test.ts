import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "security", "asvs.md"), "utf8");

interface Row {
  id: string;
  level: string;
  state: string;
  why: string;
}

const rows = page.split("\n").flatMap((line): Row[] => {
  const cells = line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim());
  const [id = "", level = "", , state = "", ...why] = cells;
  return /^V\d+\.\d+\.\d+$/.test(id) ? [{ id, level, state, why: why.join(" | ") }] : [];
});

/** Counted in the published standard, 5.0.0: 70 requirements of level 1 and 183 of level 2. */
test("every requirement of levels 1 and 2 has one row", () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect([rows.filter(({ level }) => level === "1").length, rows.filter(({ level }) => level === "2").length]).toEqual([
    70, 183,
  ]);
});

test("every row says a state and a reason, and the sum over the table is right", () => {
  const count = (wanted: string) => rows.filter(({ state, why }) => state === wanted && why.length > 3).length;
  const [shown, none, open] = [count("shown"), count("no need"), count("open")];
  expect(shown + none + open).toBe(253);
  expect(page).toContain(`Today: ${shown} shown, ${none} without need, ${open} open, of 253`);
});

const named = rows
  .filter(({ state }) => state === "shown")
  .flatMap(({ id, why }) => why.split("<br>").map((part): [string, string] => [id, part]));

test.each(named)("%s is shown by a test that exists: %s", (_id, part) => {
  const [, file = "", name = ""] = /^`([^`]+\.(?:test|spec)\.ts)`: (.+)$/.exec(part) ?? [];
  expect(file, part).not.toBe("");
  expect(existsSync(join(root, file)), file).toBe(true);
  expect(readFileSync(join(root, file), "utf8").replaceAll('\\"', '"'), `${file} has no test called so`).toContain(
    name,
  );
});
