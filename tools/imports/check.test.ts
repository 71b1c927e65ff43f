import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkImports } from "./check";

let root = "";

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A small repository with these files; every imported file exists unless the test is about its absence. */
function plant(files: Record<string, string>): string {
  root = mkdtempSync(join(tmpdir(), "imports-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  execFileSync("git", ["init", "-q"], { cwd: root });
  return root;
}

const rulesBroken = (files: Record<string, string>) => checkImports(plant(files)).violations.map(({ rule }) => rule);

test.each<[rule: string, files: Record<string, string>]>([
  ["pure", { "sdk/wire/a.ts": 'import { readFileSync } from "node:fs";' }],
  ["pure", { "server/value/domain/a.ts": 'import { b } from "@/db/client";', "db/client.ts": "export const b = 1;" }],
  ["pure", { "server/value/schema.ts": 'import pg from "pg";' }],
  [
    "sdk/device",
    { "sdk/device/a.ts": 'import { b } from "@/server/core/errors";', "server/core/errors.ts": "export const b = 1;" },
  ],
  ["sdk/device", { "sdk/device/a.ts": 'import pg from "pg";' }],
  [
    "db",
    { "db/client.ts": 'import { b } from "@/server/core/config";', "server/core/config.ts": "export const b = 1;" },
  ],
  [
    "queries",
    { "server/fabric/queries.ts": 'import { b } from "./verbs";', "server/fabric/verbs.ts": "export const b = 1;" },
  ],
  [
    "verbs",
    {
      "server/fabric/verbs.ts": 'import { b } from "@/server/fleet/router";',
      "server/fleet/router.ts": "export const b = 1;",
    },
  ],
  [
    "process",
    {
      "server/jobs/main.ts": 'import { b } from "@/server/value/use-case-csv";',
      "server/value/use-case-csv.ts": "export const b = 1;",
    },
  ],
  ["unknown", { "scripts/a.ts": 'import { z } from "zod";' }],
  ["router", { "server/fabric/router.ts": 'import { b } from "@/db/client";', "db/client.ts": "export const b = 1;" }],
  [
    "core",
    {
      "server/core/trpc.ts": 'import { b } from "@/server/fabric/queries";',
      "server/fabric/queries.ts": "export const b = 1;",
    },
  ],
  [
    "process",
    {
      "server/ingest/main.ts": 'import { b } from "@/edge-worker/main";',
      "edge-worker/main.ts": "export const b = 1;",
    },
  ],
  ["server", { "server/fabric/sign-in.ts": 'import { b } from "@/app/page";', "app/page.tsx": "export const b = 1;" }],
  ["door", { "app/api/health/route.ts": 'import { b } from "@/cli/up";', "cli/up.ts": "export const b = 1;" }],
  [
    "app",
    {
      "app/fleet/page.tsx": 'import { b } from "@/server/fabric/queries";',
      "server/fabric/queries.ts": "export const b = 1;",
    },
  ],
  ["components", { "components/ui/a.tsx": 'import { b } from "@/app/page";', "app/page.tsx": "export const b = 1;" }],
  ["edge-worker", { "edge-worker/a.ts": 'import { b } from "@/db/client";', "db/client.ts": "export const b = 1;" }],
  ["outside", { "cli/a.ts": 'import { b } from "@/app/page";', "app/page.tsx": "export const b = 1;" }],
  ["tests", { "cli/a.ts": 'import { b } from "@/db/testing";', "db/testing.ts": "export const b = 1;" }],
  ["tests", { "bench/a.ts": 'import { b } from "@/cli/b.test";', "cli/b.test.ts": "export const b = 1;" }],
  ["cycle", { "cli/a.ts": 'import { b } from "./b";', "cli/b.ts": 'import { a } from "./a";' }],
])("a planted violation of %s is caught", (rule, files) => {
  expect(rulesBroken(files)).toContain(rule);
});

test("browser code that reaches the database through a third file is caught with the chain", () => {
  const { violations } = checkImports(
    plant({
      "app/a.tsx": '"use client";\nimport { b } from "./b";',
      "app/b.ts": 'export { c } from "./c";',
      "app/c.ts": 'export const c = () => import("pg");',
    }),
  );
  expect(violations).toContainEqual(
    expect.objectContaining({
      rule: "reachable",
      message: expect.stringContaining("app/a.tsx → app/b.ts → app/c.ts → pg"),
    }),
  );
});

test("types may cross any line", () => {
  expect(
    rulesBroken({
      "sdk/wire/a.ts":
        'import type { Pool } from "pg"; import { type B } from "@/db/client"; export type C = Pool | B; import { z } from "zod"; export const d = z;',
      "db/client.ts": "export type B = 1;",
    }),
  ).toEqual([]);
});

test("a tree without TypeScript is an error, not a clean bill", () => {
  expect(() => checkImports(plant({ "README.md": "# nothing" }))).toThrow("nothing was checked");
});
