import type { ValueImport } from "./scan";

/** A row of the table "What may import what" in CONTRIBUTING.md. */
interface Row {
  name: string;
  from: RegExp;
  /** files of this project it may import; its own folder is always among them when `itself` is set */
  files: readonly RegExp[];
  /** packages it may import; absent: any that the `reachable` rule does not bar */
  packages?: readonly RegExp[];
  why: string;
}

const PURE = /^sdk\/wire\/|^server\/[a-z-]+\/([a-z-]+-)?schema\.ts$|^(server|edge-worker)\/([a-z-]+\/)*domain\//;
const TESTS = /\.test\.tsx?$|^e2e\/|(^|\/)testing(-[a-z-]+)?\.ts$|^playwright\.config\.ts$/;
/** What starts servers for tests; benchmarks use it too. */
const TESTING = /(^|\/)testing(-[a-z-]+)?\.ts$/;
const QUERIES = /^server\/[a-z-]+\/[a-z-]*queries\.ts$/;
const VERBS = /^server\/[a-z-]+\/[a-z-]*verbs\.ts$/;
const ROUTER = /^server\/[a-z-]+\/router\.ts$/;
const CORE = /^server\/core\//;
const DB = /^db\//;
const DOORS = /^app\/(_trpc|api|metrics)\/|^(instrumentation|proxy)\.ts$/;

/** First match wins, so a narrower row stands above the wider one. Tests may import anything and have no row. */
const ROWS: readonly Row[] = [
  {
    name: "pure",
    from: PURE,
    files: [PURE],
    packages: [/^zod$/],
    why: "pure code runs in a browser, on a phone and at the edge alike; it imports only zod and pure code",
  },
  {
    name: "sdk/device",
    from: /^sdk\/device\//,
    files: [/^sdk\//],
    packages: [/^node:/, /^mqtt/, /^lmdb$/, /^ulid$/, /^zod$/],
    why: "strangers build devices on it: it knows the wire and MQTT, not our server",
  },
  { name: "db", from: DB, files: [DB, PURE], why: "the database layer serves slices and knows none of them" },
  {
    name: "queries",
    from: QUERIES,
    files: [DB, PURE, QUERIES, /^server\/core\/(errors|logger|config)\.ts$/],
    why: "a read joins tables; it changes nothing and asks no verb",
  },
  {
    name: "router",
    from: ROUTER,
    files: [VERBS, QUERIES, CORE, PURE],
    why: "a router adds only the door: schema in, one call, result out",
  },
  {
    name: "verbs",
    from: VERBS,
    files: [VERBS, QUERIES, /^server\/(?!ingest\/|jobs\/|api\/|root\.ts$|.*\/router\.ts$)/, DB, PURE],
    why: "a verb is called through a door or by a process, and knows neither",
  },
  {
    name: "core",
    from: CORE,
    files: [CORE, DB, PURE],
    why: "every slice stands on core, so core stands on no slice",
  },
  {
    name: "process",
    from: /^server\/(ingest|jobs)\//,
    files: [
      /^server\/ingest\//,
      /^server\/jobs\//,
      QUERIES,
      VERBS,
      /^server\/audit\/(chain|verify)\.ts$/,
      /^server\/models\/objects\//,
      CORE,
      DB,
      PURE,
    ],
    why: "ingest and jobs call the slices' verbs and queries",
  },
  {
    name: "server",
    from: /^server\//,
    files: [/^server\//, DB, PURE],
    why: "the control plane never reaches up to pages or out to the edge",
  },
  {
    name: "door",
    from: DOORS,
    files: [
      DOORS,
      /^server\/root\.ts$/,
      /^server\/api\/answer\.ts$/,
      CORE,
      /^db\/(client|timeseries\/)/,
      QUERIES,
      PURE,
    ],
    why: "a door hands over to the server root and holds no rule",
  },
  {
    name: "app",
    from: /^app\//,
    files: [/^app\//, /^components\//, PURE],
    why: "pages reach data only through app/_trpc and app/api",
  },
  {
    name: "components",
    from: /^components\//,
    files: [/^components\//, PURE],
    why: "props in, events out, no fetching",
  },
  {
    name: "edge-worker",
    from: /^edge-worker\//,
    files: [/^edge-worker\//, /^sdk\//, PURE],
    why: "a worker in a plant knows nothing of the control plane's inside",
  },
  {
    name: "outside",
    from: /^(cli|bench|tools)\//,
    files: [/^(?!app\/)/],
    why: "commands and benchmarks may use anything but pages",
  },
];

/** Packages that no browser can run, or that would leak the server into it. */
const SERVER_ONLY =
  /^(pg|pg-copy-streams|drizzle-orm|mqtt|aedes|lmdb|onnxruntime-node|graphile-worker|pino|prom-client|esbuild)$|^node:/;

/** Settings of tools: each is read by its tool alone. */
const TOP_LEVEL_CONFIG = /^(next|vitest|playwright)\.config\.ts$/;
const SDK = /^sdk\//;

export interface Violation {
  rule: string;
  at: string;
  message: string;
}

/**
 * Every breach of the table, of "nothing imports a test", of "no cycles", and of `reachable`: no chain of value imports
 * leads from browser code to a server-only package. `clientFiles` are those that say "use client".
 */
export function findViolations(imports: readonly ValueImport[], clientFiles: ReadonlySet<string>): Violation[] {
  return [...breachesOfTable(imports), ...findCycles(imports), ...serverReachedFromBrowser(imports, clientFiles)];
}

function breachesOfTable(imports: readonly ValueImport[]): Violation[] {
  const violations: Violation[] = [];
  for (const entry of imports) {
    if (TESTS.test(entry.from)) continue;
    const at = `${entry.from}:${entry.line}`;
    const isBenchHelper = entry.from.startsWith("bench/") && TESTING.test(entry.file ?? "");
    if (entry.file !== null && TESTS.test(entry.file) && !isBenchHelper) {
      violations.push({ rule: "tests", at, message: `imports the test ${entry.file}; nothing may depend on a test` });
      continue;
    }
    const row = ROWS.find((candidate) => candidate.from.test(entry.from));
    if (!row) {
      const isKnown = TOP_LEVEL_CONFIG.test(entry.from) || SDK.test(entry.from);
      if (!isKnown)
        violations.push({ rule: "unknown", at, message: "stands in no folder that the table knows: add a row for it" });
      continue;
    }
    if (
      entry.file !== null &&
      !entry.file.endsWith(".css") &&
      !row.files.some((allowed) => allowed.test(entry.file ?? ""))
    ) {
      violations.push({ rule: row.name, at, message: `imports ${entry.file}: ${row.why}` });
    }
    if (
      entry.packageName !== null &&
      row.packages &&
      !row.packages.some((allowed) => allowed.test(entry.packageName ?? ""))
    ) {
      violations.push({ rule: row.name, at, message: `imports ${entry.packageName}: ${row.why}` });
    }
  }
  return violations;
}

function graphOf(imports: readonly ValueImport[]): Map<string, ValueImport[]> {
  const graph = new Map<string, ValueImport[]>();
  for (const entry of imports) graph.set(entry.from, [...(graph.get(entry.from) ?? []), entry]);
  return graph;
}

function findCycles(imports: readonly ValueImport[]): Violation[] {
  const graph = graphOf(imports);
  const done = new Set<string>();
  const violations: Violation[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(file);
    if (seenAt >= 0) {
      violations.push({ rule: "cycle", at: file, message: [...trail.slice(seenAt), file].join(" → ") });
      return;
    }
    if (done.has(file)) return;
    for (const entry of graph.get(file) ?? []) if (entry.file !== null) visit(entry.file, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return violations;
}

function serverReachedFromBrowser(imports: readonly ValueImport[], clientFiles: ReadonlySet<string>): Violation[] {
  const graph = graphOf(imports);
  const violations: Violation[] = [];
  for (const start of clientFiles) {
    const cameFrom = new Map<string, string | null>([[start, null]]);
    const queue = [start];
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      for (const entry of graph.get(file) ?? []) {
        if (entry.packageName !== null && SERVER_ONLY.test(entry.packageName)) {
          const chain: string[] = [];
          for (let step: string | null = file; step !== null; step = cameFrom.get(step) ?? null) chain.unshift(step);
          violations.push({
            rule: "reachable",
            at: `${entry.from}:${entry.line}`,
            message: `browser code reaches ${entry.packageName}: ${[...chain, entry.packageName].join(" → ")}`,
          });
        } else if (entry.file !== null && !cameFrom.has(entry.file)) {
          cameFrom.set(entry.file, file);
          queue.push(entry.file);
        }
      }
    }
  }
  return violations;
}
