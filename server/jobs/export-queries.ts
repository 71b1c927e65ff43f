import type { Sql } from "@/db/access";
import { csvLine } from "@/server/core/domain/csv";
import { listRuns } from "./queries";
import type { ListRuns } from "./schema";

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** The runs that a filter leaves, the newest first, read as they are taken. */
export async function* exportRuns(sql: Sql, filter: ListRuns): AsyncGenerator<string> {
  yield csvLine([
    ...["id", "kind", "title", "state", "owner", "done", "total", "counted", "attempts", "created_at", "started_at"],
    ...["ended_at", "error"],
  ]);
  for (let { cursor } = filter; ; ) {
    const { rows, next } = await listRuns(sql, { ...filter, cursor });
    for (const row of rows)
      yield csvLine([
        ...[row.id, row.kind, row.title, row.state, row.ownerName, row.done, row.total, row.counted, row.attempts],
        ...[iso(row.createdMs), iso(row.startedMs), iso(row.endedMs), row.error],
      ]);
    if (next === null) return;
    cursor = next;
  }
}
