import type { Tx } from "@/db/access";
import type { Ctx } from "@/server/core/context";
import { DomainError, errorCode } from "@/server/core/errors";
import { getPolicy } from "./queries";

const UNIQUE_VIOLATION = "23505";

/** The team whose something new becomes: the one that is wanted, else the first of theirs. @throws {DomainError} invalid_input at `teamId` */
export async function demandTeam(tx: Tx, { actor }: Pick<Ctx, "actor">, wanted: string | null): Promise<string> {
  const { rows } = await tx.query<{ id: string; mine: boolean }>(
    "select id, id = any ((select app_teams())::uuid[]) or app_teams() is null as mine from teams where org_id = $1 order by is_default desc, name",
    [actor.orgId],
  );
  const reached = rows.filter(({ mine }) => mine);
  const team = wanted === null ? reached[0] : reached.find(({ id }) => id === wanted);
  if (!team) throw new DomainError("invalid_input", "Choose a team of yours.", { field: "teamId" });
  return team.id;
}

/** @throws {DomainError} invalid_input at the field for somebody who is not here */
export async function demandPerson(tx: Tx, id: string | null, field: string): Promise<void> {
  if (id === null) return;
  const { rows } = await tx.query("select 1 from users where id = $1 and disabled_at is null", [id]);
  if (rows.length === 0) throw new DomainError("invalid_input", "Choose somebody who is here.", { field });
}

/** @throws {DomainError} invalid_input for money in another currency than the portfolio's: nobody here knows an exchange rate */
export async function demandCurrency(tx: Tx, given: string, field: string): Promise<void> {
  const { currency } = await getPolicy(tx);
  if (given !== currency)
    throw new DomainError("invalid_input", `The portfolio is in ${currency}. Enter the figures in it.`, { field });
}

/** A KPI must be there for whoever names it. @throws {DomainError} invalid_input at the field */
export async function demandKpi(tx: Tx, id: string, field: string): Promise<void> {
  const { rows } = await tx.query("select 1 from kpis where id = $1", [id]);
  if (rows.length === 0) throw new DomainError("invalid_input", "Choose a KPI that is here.", { field });
}

/** For `catch`: a name that is taken is a conflict at its field; everything else goes on. */
export function sayTaken(sentence: string, field: string) {
  return (cause: unknown): never => {
    if (errorCode(cause) !== UNIQUE_VIOLATION) throw cause;
    throw new DomainError("conflict", sentence, { field });
  };
}
