import { DomainError } from "@/server/core/errors";
import { verifyAudit as verify } from "@/server/audit/verify";
import type { Work } from "../runs";
import { NOTHING_TO_COMPARE, readKeptAnchors } from "../anchors";

/** The whole audit log from its first row, against itself and against the heads that were copied out of the database. */
export const verifyAudit: Work = async (attempt, parts) => {
  const { rows } = await parts.pool.query<{ n: number }>("select count(*)::float8 as n from audit_log");
  const total = rows[0]?.n ?? 0;
  const anchors = await readKeptAnchors(parts);
  await attempt.say(
    anchors.length === 0
      ? NOTHING_TO_COMPARE
      : `${anchors.length} heads that were copied out earlier are compared too.`,
  );
  const verdict = await verify(parts.pool, anchors, (read) =>
    attempt.progress({ done: Math.min(read, total), total, counted: "rows of the audit log" }),
  );
  if (verdict.problem)
    throw new DomainError(
      "invalid_state",
      `The audit log is not whole: ${verdict.problem.what}. Compare with a backup from before.`,
    );
  return {
    result: { rows: verdict.rows, anchors: anchors.length },
    says: `The audit log is whole: ${verdict.rows} rows.`,
  };
};
