import type { Sql } from "@/db/access";
import { csvLine } from "@/server/core/domain/csv";
import { listPeople } from "./people-queries";
import type { PeopleInput } from "./schema";

/** Rows that are read at once; the whole list is never held. */
const CHUNK = 1_000;

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** The people that a filter leaves, as lines of CSV. */
export async function* exportPeople(sql: Sql, input: PeopleInput): AsyncGenerator<string> {
  yield csvLine(["id", "name", "email", "disabled", "roles", "added", "last_seen", "sessions", "password", "provider"]);
  for (let cursor = input.cursor; ; ) {
    const { rows, next } = await listPeople(sql, { ...input, cursor }, CHUNK);
    for (const row of rows) {
      const roles = row.roles.map(({ role, teamName }) => (teamName === null ? role : `${role} (${teamName})`));
      yield csvLine([
        ...[row.id, row.name, row.email, row.disabled ? "yes" : "no", roles.join("; "), iso(row.addedMs)],
        ...[iso(row.lastSeenMs), row.sessions, row.hasPassword ? "yes" : "no", row.hasProvider ? "yes" : "no"],
      ]);
    }
    if (next === null) return;
    cursor = next;
  }
}
