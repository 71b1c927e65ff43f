import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const Packages = z.record(
  z.string(),
  z.object({ version: z.string().optional(), optionalDependencies: z.record(z.string(), z.string()).optional() }),
);
const lock = z
  .object({ packages: Packages })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8")));

/**
 * A registry mirror that lacks the binaries of other systems makes `npm install` leave them out of the lock file, and then
 * `npm ci` refuses to run, on every system. What is missing is added by hand: version, os, cpu and libc, as its name says.
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
