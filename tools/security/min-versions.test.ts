import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "..", "..");
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));
const Least = z.record(
  z.string(),
  z.strictObject({ atLeast: z.string().regex(/^\d+\.\d+\.\d+$/), because: z.string().min(5) }),
);
const Lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) });

const least = Least.parse(read("security/min-versions.json"));
const { packages } = Lock.parse(read("package-lock.json"));

/** Every copy of a package in the lock file, also one inside of another package. */
function copiesOf(name: string): string[] {
  return Object.entries(packages).flatMap(([path, { version }]) =>
    version !== undefined && (path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
      ? [version]
      : [],
  );
}

function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split("-")[0]?.split(".").map(Number) ?? []);
  for (let i = 0; i < 3; i++) {
    const difference = (have?.[i] ?? 0) - (want?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

test("versions compare by their numbers", () => {
  expect([isAtLeast("16.10.0", "16.2.6"), isAtLeast("16.2.5", "16.2.6"), isAtLeast("2.0.0-beta.1", "2.0.0")]).toEqual([
    true,
    false,
    true,
  ]);
});

test.each(Object.entries(least))("no copy of %s is older than its last known hole: %o", (name, { atLeast }) => {
  expect(copiesOf(name).filter((version) => !isAtLeast(version, atLeast))).toEqual([]);
});

test("the list names packages that are here", () => {
  const missing = Object.keys(least).filter((name) => copiesOf(name).length === 0);
  expect(missing).toEqual([]);
});
