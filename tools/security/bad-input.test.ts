import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const page = readFileSync(join(root, "docs", "security", "bad-input.md"), "utf8");
/** How many rows each family has. */
const FAMILIES = { T: 34, W: 26, I: 21, A: 35, M: 47 };

const rows = page.split("\n").flatMap((line) => {
  const [, id = "", , state = "", why = ""] =
    /^\| ([TWIAM]\d\d) \| (.+?) \| (shown|no need|later) \| (.+) \|$/.exec(line) ?? [];
  return id === "" ? [] : [{ id, state, why }];
});

test("every row is on the page once, and the sums are right", () => {
  const expected = Object.entries(FAMILIES).flatMap(([family, count]) =>
    Array.from({ length: count }, (_, i) => `${family}${String(i + 1).padStart(2, "0")}`),
  );
  expect(rows.map(({ id }) => id)).toEqual(expected);
  const count = (wanted: string) => rows.filter(({ state }) => state === wanted).length;
  expect(page).toContain(
    `Today: ${count("shown")} shown, ${count("no need")} without need, ${count("later")} later, of ${rows.length}.`,
  );
});

const named = rows
  .filter(({ state }) => state === "shown")
  .flatMap(({ id, why }) => [...why.matchAll(/`([^`]+)`/g)].map(([, file = ""]): [string, string] => [id, file]));

test.each(named)("%s is named by a test in %s", (id, file) => {
  const text = readFileSync(join(root, file), "utf8");
  const inRange = [...text.matchAll(new RegExp(`\\b${id[0]}(\\d\\d)-${id[0]}?(\\d\\d)\\b`, "g"))].some(
    ([, from, to]) => Number(from) <= Number(id.slice(1)) && Number(id.slice(1)) <= Number(to),
  );
  expect(inRange || new RegExp(`\\b${id}\\b`).test(text)).toBe(true);
});
