import type { Pool } from "pg";
import type { As } from "./demo-actors";
import type { KpiDefinition } from "./domain/kpi";
import { addKpi, approveKpi } from "./kpi-verbs";
import { addOutcome } from "./outcome-verbs";
import { setEffects } from "./use-case-verbs";

interface DemoOutcome {
  statement: string;
  /** days from today */
  horizonDays: number;
  kpi: string;
  node: string;
  /** last part of the name of its stream on the node */
  key: string;
  definition: Pick<KpiDefinition, "unit" | "stat" | "isAdditive" | "valueCents">;
  baseline: number;
  target: number;
  /** the use case that promises to move it, and by how much per day */
  movedBy: string;
  effect: KpiDefinition["valueCents"];
}

const OUTCOMES: readonly DemoOutcome[] = [
  {
    ...{ statement: "A tenth less energy in the cold store", horizonDays: 200, movedBy: "Cold-store energy" },
    ...{ kpi: "Energy per day, cold store", node: "cold-store-1", key: "compressor-power" },
    definition: { unit: "kW.h", stat: "integral", isAdditive: true, valueCents: { low: 11, mode: 14, high: 19 } },
    ...{ baseline: 280, target: 252, effect: { low: 10, mode: 28, high: 50 } },
  },
  {
    ...{ statement: "Pumps that run calmly", horizonDays: 120, movedBy: "Bearing wear, pump house" },
    ...{ kpi: "Vibration, pump 1", node: "edge-lyon-1", key: "vibration-rms" },
    definition: {
      ...{ unit: "mm/s", stat: "mean", isAdditive: false },
      valueCents: { low: 100_000, mode: 170_000, high: 250_000 },
    },
    ...{ baseline: 1.25, target: 1, effect: { low: 0.05, mode: 0.2, high: 0.4 } },
  },
];
const DAY_MS = 86_400_000;
/** The past of the demo keeps every tenth minute (docs/demo.md); for a mean of a day that is plenty. */
const TEN_MINUTES_S = 600;

/**
 * Gives the demo company two outcomes with a KPI each, bound to streams of its plant, and says which use cases move them; by the same verbs
 * and as the same people as in the browser. Waits for nothing: an outcome whose stream or use case is not there yet is left for the next
 * call. What is there already is not touched.
 *
 * @returns whether all of them are there
 */
export async function addDemoOutcomes(pool: Pool, as: As): Promise<boolean> {
  const { rows: known } = await pool.query<{ statement: string }>("select statement from outcomes");
  const statements = new Set(known.map(({ statement }) => statement));
  let isComplete = true;
  for (const outcome of OUTCOMES)
    if (!statements.has(outcome.statement) && !(await add(pool, as, outcome))) isComplete = false;
  return isComplete;
}

async function add(pool: Pool, as: As, demo: DemoOutcome): Promise<boolean> {
  const { rows } = await pool.query<{ streamId: number; useCaseId: string; version: number }>(
    `select s.id as "streamId", u.id as "useCaseId", u.version from streams s cross join use_cases u
     where s.node_id = $1 and s.status = 'accepted' and s.unit is not null and (s.key = $2 or s.key like '%/' || $2) and u.title = $3 order by s.key limit 1`,
    [demo.node, demo.key, demo.movedBy],
  );
  const [found] = rows;
  if (!found) return false;
  const [scientist, chair] = [await as("data-scientist", "value.estimate"), await as("chair", "value.decide")];
  const kpiId = await kpiOf(pool, as, demo, found.streamId);
  await setEffects(scientist, {
    ...{ id: found.useCaseId, version: found.version },
    effects: [{ kpiId, effect: demo.effect, option: null }],
  });
  const executive = await as("executive", "value.decide");
  await addOutcome(chair, {
    ...{ statement: demo.statement, ownerId: executive.actor.id },
    horizon: new Date(chair.now() + demo.horizonDays * DAY_MS).toISOString().slice(0, 10),
    kpis: [{ kpiId, baseline: demo.baseline, target: demo.target }],
  });
  return true;
}

/** The KPI by its name: an end in the middle of the last call may have left it without its outcome. */
async function kpiOf(pool: Pool, as: As, { kpi, definition }: DemoOutcome, streamId: number): Promise<string> {
  const { rows } = await pool.query<{ id: string }>("select id from kpis where lower(name) = lower($1)", [kpi]);
  const [there] = rows;
  if (there) return there.id;
  const scientist = await as("data-scientist", "value.estimate");
  const { id } = await addKpi(scientist, {
    ...{ name: kpi, ownerId: scientist.actor.id },
    definition: {
      ...{
        ...definition,
        direction: "down",
        bandLow: null,
        bandHigh: null,
        source: "stream",
        streamId,
        nodeId: null,
        deviceId: null,
      },
      ...{
        timeZone: "Europe/Paris",
        fromMinute: 0,
        toMinute: 1_440,
        dueEveryS: TEN_MINUTES_S,
        minCoverage: 0.8,
        maxStaleS: 900,
        currency: "EUR",
      },
    },
  });
  await approveKpi(await as("executive", "value.decide"), { id, version: 1 });
  return id;
}
