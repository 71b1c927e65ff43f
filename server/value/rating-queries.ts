import type { Sql } from "@/db/access";
import type { Rating } from "./domain/rating";
import { RatingInput } from "./rating-schema";

/** The newest rating of a use case, with who said so. */
export interface RatingRow {
  version: number;
  rating: Rating;
  why: string;
  madeByName: string;
  madeMs: number;
}

/** What was last thought of a use case; null where nobody rated it, or it is none of theirs. */
export async function findRating(sql: Sql, useCaseId: string): Promise<RatingRow | null> {
  const { rows } = await sql.query<Omit<RatingRow, "rating"> & { rating: unknown }>(
    `select version, rating, why, made_by_name as "madeByName", (extract(epoch from made_at) * 1000)::float8 as "madeMs"
     from use_case_ratings where use_case_id = $1 order by version desc limit 1`,
    [useCaseId],
  );
  const [newest] = rows;
  return newest ? { ...newest, rating: RatingInput.parse(newest.rating) } : null;
}
