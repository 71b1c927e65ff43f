import * as z from "zod/mini";
import type { ChartPoints } from "@/server/fabric/domain/chart-points";

const Column = z.array(z.nullable(z.number()));
const Points = z.object({
  tsMs: z.array(z.number()),
  mean: Column,
  min: Column,
  max: Column,
  n: z.array(z.number()),
  bad: z.array(z.number()),
  source: z.enum(["raw", "1m", "1h", "1d", "none"]),
  bucketMs: z.nullable(z.number()),
});
const Refusal = z.object({ message: z.string() });

/**
 * What the server answered, checked.
 *
 * @throws {Error} with the server's own sentence when it refused
 */
export async function readSeries(response: Response): Promise<ChartPoints> {
  if (response.ok) return Points.parse(await response.json());
  const refusal = Refusal.safeParse(await response.json().catch(() => null));
  throw new Error(refusal.success ? refusal.data.message : `The server answered ${response.status}.`);
}
