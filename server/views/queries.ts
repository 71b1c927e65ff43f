import type { Sql } from "@/db/access";

export interface SavedView {
  id: string;
  page: string;
  name: string;
  query: string;
}

/** The views of whoever asks, by name; of one page, or of all. Row-level security leaves only their own. */
export async function listViews(sql: Sql, ownerId: string, page: string | null): Promise<SavedView[]> {
  const { rows } = await sql.query<SavedView>(
    `select id, page, name, query from saved_views where owner_id = $1 and ($2::text is null or page = $2) order by page, lower(name), name limit 500`,
    [ownerId, page],
  );
  return rows;
}
