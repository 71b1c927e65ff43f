import { z } from "zod";
import type { Sql } from "@/db/access";

/** A way to do a use case, as it was described. */
export interface OptionRow {
  n: number;
  name: string;
  summary: string;
  /** hours of work by skill, beside those of the things it needs */
  hours: Readonly<Record<string, number>>;
  isDropped: boolean;
}

const Hours = z.record(z.string(), z.number());

/** The ways to do each use case, in their order; of one that is done in one way there are none. @param useCaseId of this one alone */
export async function listOptions(sql: Sql, useCaseId: string | null): Promise<Map<string, OptionRow[]>> {
  const { rows } = await sql.query<OptionRow & { useCaseId: string }>(
    `select use_case_id as "useCaseId", n, name, summary, hours, dropped_at is not null as "isDropped" from use_case_options
     where $1::uuid is null or use_case_id = $1 order by use_case_id, n`,
    [useCaseId],
  );
  const options = new Map<string, OptionRow[]>();
  for (const { useCaseId: of, ...row } of rows)
    options.set(of, [...(options.get(of) ?? []), { ...row, hours: Hours.parse(row.hours) }]);
  return options;
}
