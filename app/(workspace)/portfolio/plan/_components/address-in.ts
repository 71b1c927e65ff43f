import { PLAN_PARAMS, type PlanAddress } from "@/server/value/domain/plan-address";

/** The parameters of the page's address that ask a question; of one that stands there twice the first. */
export function addressIn(params: Readonly<Record<string, string | string[] | undefined>>): PlanAddress {
  return Object.fromEntries(
    PLAN_PARAMS.map((name) => {
      const value = params[name];
      return [name, (Array.isArray(value) ? value[0] : value) ?? null];
    }),
  );
}
