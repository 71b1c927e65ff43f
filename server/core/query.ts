import type { z } from "zod";
import { inputFault } from "./input-faults";
import { Refused } from "./refusal";

/** The parameters of an address, each there once. */
export type RawQuery = Readonly<Record<string, string>>;

/** Each parameter once. @throws {Refused} for one that comes twice, and for a token, which an address would carry into logs and histories */
export function queryOf(query: URLSearchParams): RawQuery {
  const raw: Record<string, string> = Object.create(null);
  for (const [name, value] of query) {
    const field = name.slice(0, 80);
    if (value.startsWith("tlp_"))
      throw new Refused({
        status: 400,
        code: "E_TOKEN_IN_URL",
        message: "A token does not belong into an address: it ends in logs and histories.",
        field,
        hint: "Send it as Authorization: Bearer tlp_…, and make a new one, because this one was seen.",
      });
    if (name in raw)
      throw new Refused({
        status: 400,
        code: "E_ID",
        message: `The parameter ${JSON.stringify(field)} is there twice.`,
        field,
        hint: "Give it once; several streams are separated by commas.",
      });
    raw[name] = value;
  }
  return raw;
}

/** Also names that every object has, such as `constructor`. @throws {Refused} that names the first parameter nobody asked for */
export function refuseUnknown(raw: RawQuery, known: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(raw).find((given) => !Object.hasOwn(known, given));
  if (name === undefined) return;
  const field = name.slice(0, 80);
  throw new Refused({
    status: 400,
    code: "E_UNKNOWN_FIELD",
    message: `There is no field ${JSON.stringify(field)} here.`,
    field,
    hint: "Remove it, or check its spelling.",
  });
}

/** What the parameters mean. @throws {Refused} that names the one that is unknown, missing or cannot be read */
export function readQuery<Q extends z.ZodObject>(raw: RawQuery, schema: Q): z.output<Q> {
  refuseUnknown(raw, schema.shape);
  const parsed = schema.safeParse(raw);
  if (!parsed.success) throw new Refused({ status: 400, ...inputFault(parsed.error) });
  return parsed.data;
}
