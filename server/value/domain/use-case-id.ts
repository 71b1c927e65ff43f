import { z } from "zod";

/** Of an address or an input: which use case. */
export const UseCaseId = z.strictObject({ id: z.uuid() });
