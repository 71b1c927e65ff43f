import { formatAge, type Status } from "@/server/fabric/domain/health";

/** One thing that has to work, with what is known of it. */
export interface Part {
  kind: "web" | "ingest" | "jobs" | "broker" | "database" | "object store" | "edge workers";
  name: string;
  status: Status;
  /** What is true, in a few words. */
  words: string;
  /** What to do about it; null when there is nothing to do. */
  fix: string | null;
  version: string | null;
  sinceMs: number | null;
  heardMs: number | null;
}

export interface Heartbeat {
  name: string;
  kind: "web" | "ingest" | "jobs";
  version: string;
  startedMs: number;
  heardMs: number;
  stoppedMs: number | null;
  ok: boolean;
  health: unknown;
}

export interface SystemFacts {
  nowMs: number;
  beats: readonly Heartbeat[];
  database: { version: string; startedMs: number; tookMs: number };
  /** What the jobs process last saw of the object store; null when it never looked. */
  objects: { place: string | null; problem: string | null; atMs: number } | null;
  nodes: { accepted: number; online: number; newestMs: number | null; versions: { version: string; n: number }[] };
}

/** Three beats and a bit. */
const SILENT_AFTER_MS = 35_000;
const KINDS = ["web", "ingest", "jobs"] as const;
/** The object store is looked at every ten minutes. */
const OBJECTS_STALE_MS = 25 * 60_000;
const START = {
  web: "Start it: npm start, or npx throughline web.",
  ingest: "Start it: npm start, or npx throughline ingest. Nodes keep what they measure meanwhile.",
  jobs: "Start it: npm start, or npx throughline jobs. Rollups, retention and exports wait for it.",
} as const;

/** Every part with its state, worst first inside of its kind. What cannot be asked says why it is unknown; it is never shown as ok. */
export function systemParts(facts: SystemFacts): Part[] {
  return [
    ...KINDS.flatMap((kind) => processParts(kind, facts)),
    brokerPart(facts),
    databasePart(facts),
    objectPart(facts),
    edgePart(facts),
  ];
}

function processParts(kind: (typeof KINDS)[number], { beats, nowMs }: SystemFacts): Part[] {
  const known = beats.filter((beat) => beat.kind === kind);
  if (known.length === 0)
    return [
      {
        ...{ kind, name: kind, version: null, sinceMs: null, heardMs: null },
        status: "unknown",
        words: `unknown, because no ${kind} process was heard of within a day`,
        fix: START[kind],
      },
    ];
  return known
    .map((beat): Part => {
      const base = {
        kind,
        name: beat.name,
        version: beat.version,
        sinceMs: beat.startedMs,
        heardMs: beat.heardMs,
      };
      const silentMs = nowMs - beat.heardMs;
      if (beat.stoppedMs !== null)
        return {
          ...base,
          status: "unknown",
          words: `stopped in order ${formatAge(nowMs - beat.stoppedMs)} ago`,
          fix: START[kind],
        };
      if (silentMs > SILENT_AFTER_MS)
        return {
          ...base,
          status: "bad",
          words: `nothing heard for ${formatAge(silentMs)}`,
          fix: `It has died or cannot reach the database. Look into logs/${kind}.log; ${START[kind].charAt(0).toLowerCase()}${START[kind].slice(1)}`,
        };
      if (!beat.ok) return { ...base, status: "bad", ...troubleOf(kind, beat.health) };
      return { ...base, status: "ok", words: "works", fix: null };
    })
    .sort((a, b) => RANK[a.status] - RANK[b.status] || a.name.localeCompare(b.name));
}

const RANK: Readonly<Record<Status, number>> = { bad: 0, watch: 1, unknown: 2, ok: 3 };

function troubleOf(kind: string, health: unknown): { words: string; fix: string } {
  const stalledMs = field(health, "databaseStalledMs");
  if (field(health, "broker") === false)
    return { words: "cannot reach the broker", fix: "Check that the broker runs and that MQTT_URL names it." };
  if (typeof stalledMs === "number" && stalledMs > 0)
    return {
      words: `has stored nothing for ${formatAge(stalledMs)}`,
      fix: "The database refuses or is slow. Check its disk and its log.",
    };
  const failing = field(health, "failing");
  if (typeof failing === "string")
    return { words: `fails: ${failing}`, fix: `Look into logs/${kind}.log; it tries again by itself.` };
  return { words: "says that it does not work", fix: `Look into logs/${kind}.log.` };
}

function brokerPart({ beats, nowMs }: SystemFacts): Part {
  const base = { kind: "broker", name: "broker", version: null, sinceMs: null } as const;
  const asked = beats.filter(
    ({ kind, heardMs, stoppedMs }) => kind === "ingest" && stoppedMs === null && nowMs - heardMs <= SILENT_AFTER_MS,
  );
  const heardMs = asked.length === 0 ? null : Math.max(...asked.map((beat) => beat.heardMs));
  if (heardMs === null)
    return {
      ...base,
      heardMs,
      status: "unknown",
      words: "unknown, because no ingest process is there to ask it",
      fix: START.ingest,
    };
  const reached = asked.filter(({ health }) => field(health, "broker") === true).length;
  if (reached === asked.length)
    return { ...base, heardMs, status: "ok", words: "reached by every ingest process", fix: null };
  return {
    ...base,
    heardMs,
    status: "bad",
    words: reached === 0 ? "reached by no ingest process" : `reached by ${reached} of ${asked.length} ingest processes`,
    fix: "Check that the broker runs and that MQTT_URL names it. Nodes keep what they measure meanwhile.",
  };
}

function databasePart({ database, nowMs }: SystemFacts): Part {
  return {
    kind: "database",
    name: "PostgreSQL",
    status: "ok",
    words: `answers in ${Math.max(1, Math.round(database.tookMs))} ms`,
    fix: null,
    version: database.version,
    sinceMs: database.startedMs,
    heardMs: nowMs,
  };
}

function objectPart({ objects, nowMs }: SystemFacts): Part {
  const base = { kind: "object store", name: objects?.place ?? "object store", version: null, sinceMs: null } as const;
  if (objects === null)
    return {
      ...base,
      heardMs: null,
      status: "unknown",
      words: "unknown, because no jobs process has looked at it yet",
      fix: START.jobs,
    };
  if (objects.problem !== null)
    return {
      ...base,
      heardMs: objects.atMs,
      status: "bad",
      words: objects.problem,
      fix: "Check OBJECT_STORE_URL and that what it names can be reached and written. Models and exports wait for it.",
    };
  if (nowMs - objects.atMs > OBJECTS_STALE_MS)
    return {
      ...base,
      heardMs: objects.atMs,
      status: "unknown",
      words: `unknown, because nobody has looked for ${formatAge(nowMs - objects.atMs)}`,
      fix: START.jobs,
    };
  return { ...base, heardMs: objects.atMs, status: "ok", words: "written to and read from", fix: null };
}

function edgePart({ nodes }: SystemFacts): Part {
  const { accepted, online, newestMs, versions } = nodes;
  const base = {
    kind: "edge workers",
    name: "edge workers",
    version:
      versions.map(({ version, n }) => (versions.length === 1 ? version : `${version} (${n})`)).join(", ") || null,
    sinceMs: null,
    heardMs: newestMs,
  } as const;
  if (accepted === 0)
    return {
      ...base,
      status: "unknown",
      words: "unknown, because no node was accepted yet",
      fix: "Add one on the page of the fleet.",
    };
  if (online === accepted) return { ...base, status: "ok", words: `all ${accepted} online`, fix: null };
  return {
    ...base,
    status: online === 0 ? "bad" : "watch",
    words: `${online} of ${accepted} online`,
    fix: "The page of the fleet says of each node what is wrong with it.",
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** The page's title: what is wrong, or that nothing is. */
export function systemVerdict(parts: readonly Part[]): { status: Status; title: string } {
  const bad = parts.filter(({ status }) => status === "bad");
  const [first] = bad;
  if (first)
    return {
      status: "bad",
      title: bad.length === 1 ? sentence(first) : `${bad.length} parts do not work`,
    };
  const unsure = parts.filter(({ status }) => status === "watch" || status === "unknown");
  const [doubtful] = unsure;
  if (doubtful)
    return {
      status: "watch",
      title: unsure.length === 1 ? sentence(doubtful) : `${unsure.length} parts need a look`,
    };
  return { status: "ok", title: "Every part works" };
}

function sentence({ name, words }: Part): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${words}`;
}
