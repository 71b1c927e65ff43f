import type { Sql } from "@/db/access";
import { intakeAt, isListed } from "./domain/stages";
import { listFigures } from "./queries";
import type { ExportUseCases } from "./schema";
import { USE_CASE_HEADER, useCaseLine } from "./domain/use-case-line";

/** The use cases that the filters of the list leave, each with its newest estimate, as the import takes them. */
export async function* exportUseCases(sql: Sql, filter: ExportUseCases, nowMs: number): AsyncGenerator<string> {
  yield USE_CASE_HEADER;
  for (const { figures, ...row } of await listFigures(sql))
    if (isListed({ ...row, intake: intakeAt(row, nowMs) }, filter)) yield useCaseLine({ title: row.title, figures });
}
