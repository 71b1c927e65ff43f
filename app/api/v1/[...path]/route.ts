import { answerApi } from "@/server/api/answer";

export const dynamic = "force-dynamic";

/** The public API; server/api says its routes once, for the answers, the OpenAPI document and the page to read. */
export {
  answerApi as GET,
  answerApi as HEAD,
  answerApi as POST,
  answerApi as PUT,
  answerApi as PATCH,
  answerApi as DELETE,
};
