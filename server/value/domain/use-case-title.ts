import { oneLine } from "@/server/core/domain/one-line";

/** What a use case is called, wherever it comes from: a form or a file. */
export const UseCaseTitle = oneLine("E_REQUIRED: Give it a title.", 200);
