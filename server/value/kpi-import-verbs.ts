import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import type { RowFault } from "./domain/use-case-rows";
import { readKpiCsv } from "./kpi-csv";
import { kpiEndMinute } from "./kpi-queries";
import { lockKpi } from "./kpi-verbs";
import type { ImportKpiValues } from "./schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;
/** A file that is wrong in every row says so by its first ones. */
const MOST_FAULTS = 200;

export interface ImportedValues {
  /** days that had no value, and days whose value came out differently */
  added: number;
  revised: number;
  unchanged: number;
  faults: readonly RowFault[];
  faultCount: number;
}

/**
 * Takes the days of a KPI that another system computes from a CSV file of `day,value`. Where a row is wrong nothing goes in. A day that has
 * another value gets another revision; the one before stays.
 *
 * @throws {DomainError} not_found, conflict, invalid_input for a KPI whose values are not imported
 */
export async function importKpiValues(ctx: VerbCtx, { file, ...seen }: ImportKpiValues): Promise<ImportedValues> {
  return ctx.transaction(async (tx) => {
    const { teamId, definition, source } = await lockKpi(tx, seen);
    if (source !== "import")
      throw new DomainError("invalid_input", "This KPI does not come from another system.", { field: "file" });
    const { rows } = await tx.query<{ lastDay: string }>(
      `select to_char((($2::timestamptz at time zone d.time_zone) - make_interval(mins => ${kpiEndMinute("d")}))::date, 'YYYY-MM-DD') as "lastDay"
       from kpi_versions d where d.kpi_id = $1 and d.version = $3`,
      [seen.id, new Date(ctx.now()), definition],
    );
    const { values, faults } = readKpiCsv(Buffer.from(file, "base64"), rows[0]?.lastDay ?? "");
    const told = { faults: faults.slice(0, MOST_FAULTS), faultCount: faults.length };
    if (faults.length > 0) return { added: 0, revised: 0, unchanged: 0, ...told };
    const written = await tx.query<{ revision: number }>(
      `insert into kpi_values (kpi_id, version, day, revision, value, n, coverage, quality, made_by_name)
       select $1, $2, x.day, coalesce(v.revision, 0) + 1, x.value, 1, 1, 'good', $4
       from jsonb_to_recordset($3) as x (day date, value float8)
       left join lateral (select revision, value from kpi_values k where k.kpi_id = $1 and k.version = $2 and k.day = x.day
         order by revision desc limit 1) v on true
       where v.value is distinct from x.value returning revision`,
      [seen.id, definition, JSON.stringify(values), ctx.actor.name],
    );
    const added = written.rows.filter(({ revision }) => revision === 1).length;
    const done = { added, revised: written.rows.length - added, unchanged: values.length - written.rows.length };
    await audit(tx, ctx, { action: "kpi.import", subject: `kpi:${seen.id}`, teamId, after: done });
    return { ...done, ...told };
  });
}
