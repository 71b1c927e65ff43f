import { audit } from "@/server/core/audit";
import type { Ctx } from "@/server/core/context";
import { demandTeam, sayTaken } from "./demand-verbs";
import type { RowFault, UseCaseRow } from "./domain/use-case-rows";
import { getPolicy, listFigures } from "./queries";
import type { ImportUseCases } from "./schema";
import { readUseCaseCsv } from "./use-case-csv";
import { addNextEstimate, addUseCase, demandRoom } from "./verbs";

type VerbCtx = Pick<Ctx, "transaction" | "actor" | "now">;
const sayTakenTitle = sayTaken("Somebody took a title of this file meanwhile. Import it again.", "file");
/** A file that is wrong in every row says so by its first ones. */
const MOST_FAULTS = 200;

export interface Imported {
  added: number;
  estimated: number;
  /** as they are already */
  unchanged: number;
  /** rows that can go in */
  good: number;
  /** everything that is wrong, as far as it is told, and how many there are */
  faults: readonly RowFault[];
  faultCount: number;
}

/**
 * Takes use cases from a CSV file: a title that the team has gets another estimate, every other one is proposed. Where a row is wrong
 * nothing goes in, unless the good rows are wanted alone; then all of these go in, or none.
 *
 * @throws {DomainError} invalid_input for a team that is not theirs, conflict when a title was taken meanwhile, invalid_state when more than 5,000 would be open
 */
export async function importUseCases(ctx: VerbCtx, { file, teamId, onlyGood }: ImportUseCases): Promise<Imported> {
  const read = readUseCaseCsv(Buffer.from(file, "base64"));
  const imported = ctx.transaction(async (tx) => {
    const team = await demandTeam(tx, ctx, teamId ?? null);
    const { currency } = await getPolicy(tx);
    const isForeign = ({ figures }: UseCaseRow) => figures !== null && figures.currency !== currency;
    const good = read.useCases.filter(({ useCase }) => !isForeign(useCase));
    const foreign = read.useCases.filter(({ useCase }) => isForeign(useCase));
    const faults = [
      ...read.faults,
      ...foreign.map(({ row }) => ({ row, column: "currency", reason: `The portfolio is in ${currency}.` })),
    ].sort((a, b) => a.row - b.row);
    const done = { added: 0, estimated: 0, unchanged: 0 };
    const told = { good: good.length, faults: faults.slice(0, MOST_FAULTS), faultCount: faults.length };
    if (faults.length > 0 && !onlyGood) return { ...done, ...told };
    const there = new Map(
      (await listFigures(tx)).filter((one) => one.teamId === team).map((one) => [one.title.toLowerCase(), one]),
    );
    const fresh = good.filter(({ useCase }) => !there.has(useCase.title.toLowerCase())).length;
    if (fresh > 0) await demandRoom(tx, fresh, ctx.now());
    for (const { useCase } of good) {
      const { title, figures } = useCase;
      const before = there.get(title.toLowerCase());
      if (!before) {
        await addUseCase(tx, ctx, { title, summary: "", team, figures });
        done.added += 1;
      } else if (figures !== null && JSON.stringify(ordered(figures)) !== JSON.stringify(ordered(before.figures))) {
        await addNextEstimate(tx, ctx, { id: before.id, version: before.version, figures, why: "From a file" });
        done.estimated += 1;
      } else done.unchanged += 1;
    }
    // Each use case has its own row in the audit log; this one says that they came together, from a file.
    if (done.added + done.estimated > 0)
      await audit(tx, ctx, { action: "use-case.import", subject: `team:${team}`, teamId: team, after: { ...done } });
    return { ...done, ...told };
  });
  return imported.catch(sayTakenTitle);
}

/** With its fields in one order, so that two can be compared as text. */
function ordered(figures: UseCaseRow["figures"]): unknown {
  if (figures === null) return null;
  const { currency, benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay, rampDays, shape } =
    figures;
  const all = [benefitCentsPerDay, adoption, technicalProbability, oneOffCents, runCentsPerDay];
  return [currency, rampDays, shape ?? "pert", ...all.map(({ low, mode, high }) => [low, mode, high])];
}
