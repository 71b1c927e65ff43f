import { z } from "zod";

/** Of an address or an input: which use case, KPI or outcome. */
export const ThingId = z.strictObject({ id: z.uuid() });
