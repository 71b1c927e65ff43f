import type { Pool } from "pg";
import { systemContext } from "@/server/core/context";
import { notePages } from "@/server/demo/verbs";
import type { As } from "@/server/value/demo-actors";
import { goLive } from "./verbs";

const USE_CASE = "Cold-store energy";
const NODE = "cold-store-1";
/** What drives the energy beside the controls, by the last part of its name on the node. */
const DRIVER = "outdoor-temperature";
/** What changing the controls really cost, in cents: two hours of a technician, and a look at it each week. */
const PAID = { oneOffCents: 12_000, runCentsPerDay: 30, usefulLifeDays: 1_825 };
/** Days of the KPI before its baseline is worth a go-live. */
const LEAST_BASELINE_DAYS = 30;
/** A shorter past has no change of the controls in it (cli/history/plan.ts). */
const LEAST_DAYS = 60;

/**
 * Says that the demo's cold store went live when its controls changed: on the day of which the plant itself told, by the same verb and as the
 * same person as in the browser. Waits for nothing: while the change or the days of the KPI have not come, it is left for the next call.
 *
 * @returns whether there is nothing left to do
 */
export async function addDemoGoLive(pool: Pool, as: As): Promise<boolean> {
  const { rows: pasts } = await pool.query<{ days: number }>(
    "select extract(epoch from to_ts - from_ts)::float8 / 86400 as days from demo_histories where node_id = $1",
    [NODE],
  );
  const [past] = pasts;
  if (!past || past.days < LEAST_DAYS) return true;
  const { rows } = await pool.query<{
    id: string;
    version: number;
    kpiId: string;
    liveOn: string;
    streamId: number;
    isLive: boolean;
  }>(
    `select u.id, u.version, e.kpi_id as "kpiId", s.id as "streamId", to_char(t.day, 'YYYY-MM-DD') as "liveOn",
       exists (select from go_lives g where g.use_case_id = u.id) as "isLive"
     from use_cases u
     join chosen_effects e on e.use_case_id = u.id
     join lateral (select * from kpi_versions d where d.kpi_id = e.kpi_id order by d.version desc limit 1) d on true
     join streams s on s.node_id = $2 and s.status = 'accepted' and (s.key = $3 or s.key like '%/' || $3)
     cross join lateral (
       -- it begins at midnight of winter time: one hour earlier in summer is still that day's
       select ((min(v.ts) + interval '1 hour') at time zone d.time_zone)::date as day from events v
       where v.node_id = $2 and v.kind = 'ground-truth' and v.data->>'cause' = 'control-change' and v.data->>'state' = 'begin'
         and v.ts < (select to_ts from demo_histories where node_id = $2)) t
     where u.title = $1 and u.intake = 'accepted' and t.day is not null
       and (select count(distinct day) from kpi_values w where w.kpi_id = e.kpi_id and w.version = d.version and w.quality = 'good' and w.day < t.day) >= $4
       and exists (select from kpi_values w where w.kpi_id = e.kpi_id and w.version = d.version and w.quality = 'good' and w.day >= t.day)
     limit 1`,
    [USE_CASE, NODE, DRIVER, LEAST_BASELINE_DAYS],
  );
  const [found] = rows;
  if (!found) return false;
  if (found.isLive) return told(pool, found.id);
  const { id, version, kpiId, liveOn, streamId } = found;
  await goLive(await as("executive", "value.decide"), {
    ...{ id, version, kpiId, liveOn, baselineDays: 90, drivers: [{ kpiId: null, streamId }], ...PAID },
    why: "The controls were changed in the night before",
  });
  return told(pool, id);
}

/** Leads to the use case: what was promised, what was measured since, and how sure that is. */
async function told(pool: Pool, useCaseId: string): Promise<true> {
  const page = {
    ...{ id: "go-live", title: "A saving that was measured", href: `/portfolio/${useCaseId}` },
    sentence:
      "The cold store’s controls were changed and its use case went live: promised beside measured, with the weather taken out.",
  };
  await notePages(await systemContext(pool, "demo"), [page]);
  return true;
}
