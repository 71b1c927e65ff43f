import { z } from "zod";
import { QUALITY_WORDS } from "./quality-words";

// Pages show the words without the schema, which would cost them a library.
export { QUALITY_WORDS, qualityCode, qualityWord } from "./quality-words";

export const Quality = z.enum(QUALITY_WORDS);
export type Quality = z.infer<typeof Quality>;
