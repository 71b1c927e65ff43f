import type { z } from "zod";
import { refuse } from "@/server/core/authenticate";
import { webDoor } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { newCorrelationId, refusalResponse } from "@/server/core/refusal";
import { refuseChange } from "@/server/core/same-origin";
import { setUp, spendReset } from "./password-verbs";
import { SetUp, SpendToken } from "./schema";

const MAX_BODY_BYTES = 8_192;

/**
 * `POST /api/account/reset` and `/api/account/setup`: what somebody does who cannot sign in yet, with a token that works once. Requests of
 * other sites' pages are refused like everywhere.
 */
export async function handleAccount(request: Request, verb: string): Promise<Response> {
  const foreign = refuseChange(request.headers);
  if (foreign) return refusalResponse(foreign, newCorrelationId());
  const text = await request.text();
  try {
    if (text.length > MAX_BODY_BYTES) throw new DomainError("invalid_input", "This is too much for a form.");
    if (verb === "reset") await spendReset(webDoor(), read(SpendToken, text));
    else if (verb === "setup") await setUp(webDoor(), read(SetUp, text));
    else throw new DomainError("not_found", "There is no such form.");
    return Response.json({ ok: true }, { headers: { "cache-control": "no-store" } });
  } catch (cause) {
    if (cause instanceof DomainError) return refuse(cause);
    throw cause;
  }
}

function read<T extends z.ZodType>(schema: T, text: string): z.infer<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new DomainError("invalid_input", "The form could not be read. Load the page again.");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new DomainError("invalid_input", issue?.message ?? "The form could not be read.", {
    field: issue?.path.join(".") ?? "",
  });
}
