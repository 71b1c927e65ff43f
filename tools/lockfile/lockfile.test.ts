import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const Packages = z.record(
  z.string(),
  z.object({
    version: z.string().optional(),
    integrity: z.string().optional(),
    link: z.boolean().optional(),
    optionalDependencies: z.record(z.string(), z.string()).optional(),
  }),
);
const lock = z
  .object({ packages: Packages })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8")));
const { dependencies, devDependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()), devDependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")));

test.each(Object.entries({ ...dependencies, ...devDependencies }))("%s is pinned exactly (%s)", (_, version) => {
  expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});

/**
 * A registry mirror that lacks the binaries of other systems makes `npm install` leave them out of the lock file, and then
 * `npm ci` refuses to run, on every system. What is missing is filled in by `npm install --package-lock-only` from a registry
 * that has them, after the entries without `integrity` have been taken out.
 */
test("the lock file names every optional package of every system, so that npm ci accepts it", () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter(
      (name) => !lock.packages[`${path}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
  expect(Object.keys(lock.packages).length).toBeGreaterThan(100);
});

test("the lock file holds the hash of every package, so that npm ci takes no other bytes", () => {
  const unproven = Object.entries(lock.packages).filter(
    ([path, { integrity, link }]) => path !== "" && integrity === undefined && link !== true,
  );
  expect(unproven.map(([path]) => path)).toEqual([]);
});
