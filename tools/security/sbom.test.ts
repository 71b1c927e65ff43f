import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "..", "..");
const Bill = z.object({
  bomFormat: z.literal("CycloneDX"),
  components: z.array(z.object({ name: z.string(), version: z.string(), purl: z.string() })),
});
const Package = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

test("the bill of materials that is written can be read, and names what is shipped with its version, and not what is not", () => {
  execFileSync("npm", ["run", "--silent", "sbom"], { cwd: root });
  const { components } = Bill.parse(JSON.parse(readFileSync(join(root, "dist", "sbom.cdx.json"), "utf8")));
  const { dependencies, devDependencies } = Package.parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
  const purls = new Set(components.map(({ purl }) => decodeURIComponent(purl)));
  expect(purls).toContain(`pkg:npm/next@${dependencies.next}`);
  const named = new Set(components.map(({ name }) => name));
  expect(Object.keys(dependencies).filter((name) => !named.has(name))).toEqual([]);
  expect(devDependencies).toHaveProperty("vitest");
  expect(named).not.toContain("vitest");
}, 60_000);
