import { z } from "zod";
import { webDoor } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { answered } from "@/server/core/failure";
import { inputFault } from "@/server/core/input-faults";
import { queryOf, readQuery } from "@/server/core/query";
import { admitStranger } from "@/server/core/rates";
import { Refused } from "@/server/core/refusal";
import { readJsonBody } from "@/server/core/rpc-door";
import { refuseChange } from "@/server/core/same-origin";
import { setUp, spendReset } from "./password-verbs";
import { SetUp, SpendToken } from "./schema";

const MAX_BODY_BYTES = 8_192;
/** A form is one object. */
const MAX_BODY_DEPTH = 4;

/**
 * `POST /api/account/reset` and `/api/account/setup`: what somebody does who cannot sign in yet, with a token that works once. Requests of
 * other sites' pages are refused like everywhere.
 */
export function handleAccount(request: Request, verb: string): Promise<Response> {
  return answered(request, async () => {
    const foreign = refuseChange(request.headers);
    if (foreign) throw new Refused(foreign);
    await admitStranger(request.headers);
    readQuery(queryOf(new URL(request.url).searchParams), z.strictObject({}));
    const body = await readJsonBody(request, MAX_BODY_BYTES, MAX_BODY_DEPTH);
    if ("refusal" in body) throw new Refused(body.refusal);
    if (verb === "reset") await spendReset(webDoor(), read(SpendToken, body.json));
    else if (verb === "setup") await setUp(webDoor(), read(SetUp, body.json));
    else throw new DomainError("not_found", "There is no such form.");
    return Response.json({ ok: true }, { headers: { "cache-control": "no-store" } });
  });
}

function read<T extends z.ZodType>(schema: T, form: unknown): z.infer<T> {
  const parsed = schema.safeParse(form);
  if (parsed.success) return parsed.data;
  throw new Refused({ status: 400, ...inputFault(parsed.error) });
}
