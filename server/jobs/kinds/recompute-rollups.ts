import { z } from "zod";
import { countSlices, RecomputeRollups, slicesOf } from "../domain/run";
import type { Work } from "../runs";

const Checkpoint = z.object({ next: z.int(), buckets: z.number() });

/** Minutes, hours and days of some streams anew from their raw readings, a day of a stream at a time, each in a transaction of its own. */
export const recomputeRollups: Work = async (attempt, { pool, store }) => {
  const input = RecomputeRollups.parse(attempt.input);
  const before = Checkpoint.safeParse(attempt.checkpoint);
  let { next, buckets } = before.success ? before.data : { next: 0, buckets: 0 };
  const total = countSlices(input);
  let i = 0;
  for (const slice of slicesOf(input)) {
    if (i++ < next) continue;
    buckets += (await store.recompute(pool, slice)).buckets;
    next = i;
    await attempt.progress({ done: i, total, counted: "days of readings", checkpoint: { next, buckets } });
  }
  return { result: { buckets }, says: `${buckets} minutes were computed anew, and their hours and days.` };
};
