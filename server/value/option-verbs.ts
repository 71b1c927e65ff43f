import type { Tx } from "@/db/access";
import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { DomainError } from "@/server/core/errors";
import { sayTaken } from "./demand-verbs";
import { lockUseCase } from "./lock-verbs";
import { listOptions, type OptionRow } from "./option-queries";
import type { AddOption, ChangeOption, ChooseOption, DropOption } from "./option-schema";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;
const sayTakenName = sayTaken("The use case has a way of this name. Choose another one.", "name");
/** Ways to do one use case: more than can be compared in one look are more than one use case. */
const MOST_OPTIONS = 8;

/**
 * Describes another way to do a use case. With the first of these the one that was there gets a name too.
 *
 * @returns its number
 * @throws {DomainError} not_found, conflict for a name that is taken or when somebody changed it, invalid_state when there are eight
 */
export async function addOption(
  ctx: VerbCtx,
  { name, summary, hours, first, ...seen }: AddOption,
): Promise<{ n: number }> {
  return ctx
    .transaction(async (tx) => {
      const { teamId } = await lockUseCase(tx, seen);
      const before = await listRows(tx, seen.id);
      if (before.filter(({ isDropped }) => !isDropped).length >= MOST_OPTIONS)
        throw new DomainError("invalid_state", `There are ${MOST_OPTIONS} ways to do it. Drop one of them first.`);
      if (before.length === 0)
        await tx.query("insert into use_case_options (use_case_id, n, name) values ($1, 1, $2)", [seen.id, first]);
      const n = Math.max(1, ...before.map((row) => row.n)) + 1;
      await tx.query(
        "insert into use_case_options (use_case_id, n, name, summary, hours) values ($1, $2, $3, $4, $5)",
        [...[seen.id, n, name, summary, JSON.stringify(bySkill(hours))]],
      );
      const after = { n, name, summary, hours, ...(before.length === 0 ? { first } : {}) };
      await audit(tx, ctx, { action: "use-case.option", subject: `use-case:${seen.id}`, teamId, after });
      return { n };
    })
    .catch(sayTakenName);
}

/** Says anew what a way is called, what it is and what work it takes. @throws {DomainError} not_found, conflict, invalid_input at `n` */
export async function changeOption(ctx: VerbCtx, { n, name, summary, hours, ...seen }: ChangeOption): Promise<void> {
  await ctx
    .transaction(async (tx) => {
      const { teamId } = await lockUseCase(tx, seen);
      const before = await demandOption(tx, seen.id, n);
      await tx.query(
        "update use_case_options set name = $3, summary = $4, hours = $5 where use_case_id = $1 and n = $2",
        [...[seen.id, n, name, summary, JSON.stringify(bySkill(hours))]],
      );
      const after = { n, name, summary, hours };
      await audit(tx, ctx, { action: "use-case.option", subject: `use-case:${seen.id}`, teamId, before, after });
    })
    .catch(sayTakenName);
}

/**
 * Chooses the way in which a use case is done: everything that is shown of it is of this one from now on.
 *
 * @throws {DomainError} not_found, conflict, invalid_input at `n`, invalid_state for one that was dropped or is chosen already
 */
export async function chooseOption(ctx: VerbCtx, { n, why, ...seen }: ChooseOption): Promise<void> {
  await ctx.transaction(async (tx) => {
    const { teamId, option } = await lockUseCase(tx, seen);
    const { name, isDropped } = await demandOption(tx, seen.id, n);
    if (isDropped) throw new DomainError("invalid_state", `${name} was dropped. Take it up again first.`);
    if (option === n) throw new DomainError("invalid_state", `${name} is chosen already.`);
    await setChosen(tx, ctx, { id: seen.id, teamId, from: option, to: n, name, why });
  });
}

/** The choice itself, of a use case that is locked; for whoever decides on more than this. */
export async function setChosen(
  tx: Tx,
  ctx: Pick<Ctx, "actor">,
  {
    id,
    teamId,
    from,
    to,
    name,
    why,
  }: { id: string; teamId: string; from: number; to: number; name: string; why: string },
): Promise<void> {
  await tx.query("update use_cases set option = $2 where id = $1", [id, to]);
  const change = { before: { n: from }, after: { n: to, name, why } };
  await audit(tx, ctx, { action: "use-case.choose", subject: `use-case:${id}`, teamId, ...change });
}

/**
 * Drops a way, or takes it up again. What was written about it stays.
 *
 * @throws {DomainError} not_found, invalid_input at `n`, invalid_state for the one that is chosen, or an eighth that comes back;
 *   conflict when it is so already, or its name was taken meanwhile
 */
export async function dropOption(ctx: VerbCtx, { n, isDropped, ...seen }: DropOption): Promise<void> {
  await ctx
    .transaction(async (tx) => {
      const { teamId, option } = await lockUseCase(tx, seen);
      const before = await demandOption(tx, seen.id, n);
      if (before.isDropped === isDropped)
        throw new DomainError("conflict", `${before.name} is ${isDropped ? "dropped" : "taken up"} already.`);
      if (isDropped && option === n)
        throw new DomainError("invalid_state", `${before.name} is the way that is chosen. Choose another one first.`);
      const others = (await listRows(tx, seen.id)).filter((row) => !row.isDropped).length;
      if (!isDropped && others >= MOST_OPTIONS)
        throw new DomainError("invalid_state", `There are ${MOST_OPTIONS} ways to do it. Drop one of them first.`);
      await tx.query("update use_case_options set dropped_at = $3 where use_case_id = $1 and n = $2", [
        ...[seen.id, n, isDropped ? new Date(ctx.now()) : null],
      ]);
      const change = { before: { isDropped: before.isDropped }, after: { n, name: before.name, isDropped } };
      await audit(tx, ctx, { action: "use-case.drop-option", subject: `use-case:${seen.id}`, teamId, ...change });
    })
    .catch(sayTakenName);
}

/** Whoever names a way must name one that is there; one that nobody described is there as number 1. @throws {DomainError} at the field */
export async function demandOptions(
  tx: Tx,
  useCaseId: string,
  named: readonly { n: number | null; field: string }[],
): Promise<void> {
  const known = new Set([1, ...(await listRows(tx, useCaseId)).map(({ n }) => n)]);
  const wrong = named.find(({ n }) => n !== null && !known.has(n));
  if (wrong) throw new DomainError("invalid_input", "Choose a way to do it that is described.", { field: wrong.field });
}

async function demandOption(tx: Tx, useCaseId: string, n: number): Promise<OptionRow> {
  const found = (await listRows(tx, useCaseId)).find((row) => row.n === n);
  if (!found) throw new DomainError("invalid_input", "Choose a way to do it that is described.", { field: "n" });
  return found;
}

async function listRows(tx: Tx, useCaseId: string): Promise<readonly OptionRow[]> {
  return (await listOptions(tx, useCaseId)).get(useCaseId) ?? [];
}

const bySkill = (hours: AddOption["hours"]): Record<string, number> =>
  Object.fromEntries(hours.map(({ skill, hours: taken }) => [skill, taken]));
