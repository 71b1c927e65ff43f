import type { Tx } from "@/db/access";
import { DomainError } from "@/server/core/errors";
import type { Intake, Stage } from "./domain/stages";

export interface LockedUseCase {
  teamId: string;
  title: string;
  intake: Intake;
  stage: Stage;
  ownerId: string | null;
  sponsorId: string | null;
  committedCents: number | null;
  objections: string[] | null;
  createdBy: string;
  /** number of the way to do it that is chosen */
  option: number;
}

/**
 * The use case as it is, locked until the end of the transaction, and counted up.
 *
 * @throws {DomainError} not_found, and conflict when somebody changed it since it was seen
 */
export async function lockUseCase(tx: Tx, { id, version }: { id: string; version: number }): Promise<LockedUseCase> {
  const { rows } = await tx.query<LockedUseCase & { version: number }>(
    `select team_id as "teamId", title, intake, stage, owner_id as "ownerId", sponsor_id as "sponsorId", committed_cents::float8 as "committedCents",
       objections, created_by as "createdBy", option, version from use_cases where id = $1 for update`,
    [id],
  );
  const [found] = rows;
  if (!found) throw new DomainError("not_found", "This use case is not here any more.", { id });
  if (found.version !== version)
    throw new DomainError("conflict", "Somebody changed this use case meanwhile. Look at it again, then decide.", {
      id,
    });
  await tx.query("update use_cases set version = version + 1 where id = $1", [id]);
  return found;
}
