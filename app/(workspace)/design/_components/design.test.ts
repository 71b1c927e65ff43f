import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { scanImports } from "@/tools/imports/scan";

const ROOT = join(import.meta.dirname, "..", "..", "..", "..");
const WORKSPACE = join(ROOT, "app", "(workspace)");

/** Files below a folder that are no tests, by their path from the root. */
const filesOf = (folder: string, ending = /\.tsx$/): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => ending.test(path) && !path.includes(".test."))
    .map((path) => relative(ROOT, join(folder, path)));

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const files = ["app", "components"].flatMap((folder) => filesOf(join(ROOT, folder), /\.tsx?$/));
const imports = scanImports(ROOT, files);

/** What a file imports from this repository at run time, at once or later. */
const importsOf = (path: string): string[] =>
  imports.flatMap(({ from, file }) => (from === path && file !== null ? [file] : []));

function reachedFrom(path: string): ReadonlySet<string> {
  const reached = new Set([path]);
  for (const file of reached) for (const next of importsOf(file)) reached.add(next);
  return reached;
}

const LIST = /<(DataTable|RowTable|TableRegion|ListStates)\b/;
const lists = [...filesOf(WORKSPACE), ...filesOf(join(ROOT, "components"))].filter(
  (path) => !path.startsWith("components/ui/") && LIST.test(read(path)),
);
const charts = filesOf(join(ROOT, "components", "charts"));
const onDesign = reachedFrom("app/(workspace)/design/_components/design.tsx");

test("the page of components holds every list and every chart", () => {
  expect(lists.length).toBeGreaterThan(40);
  expect(charts.length).toBeGreaterThan(5);
  expect([...lists, ...charts].filter((path) => !onDesign.has(path))).toEqual([]);
});

/** The client parts that pages are made of: what a `page.tsx` imports from its own or another page's folder of components. */
const parts = filesOf(WORKSPACE)
  .filter((path) => path.endsWith("page.tsx") && dirname(path).includes("/") && !path.includes("/_components/"))
  .flatMap(importsOf)
  .filter((path) => path.endsWith(".tsx") && /\/(_components|_home)\//.test(path) && !path.includes("/design/"));

test("every page stands on it as a whole, but that of a stream, whose history is shown alone", () => {
  const named = new Set(importsOf("app/(workspace)/design/_components/pages.tsx"));
  expect(parts.length).toBeGreaterThan(20);
  expect(parts.filter((path) => !named.has(path))).toEqual(["app/(workspace)/streams/[id]/_components/stream.tsx"]);
});

test("a list that no page has would be found", () => {
  expect(onDesign.has("app/login/_components/sign-in.tsx")).toBe(false);
});
