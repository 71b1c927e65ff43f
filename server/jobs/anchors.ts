import { type Anchor, readAnchors, sealAnchor } from "@/server/audit/chain";
import { DomainError } from "@/server/core/errors";
import type { RunParts } from "./runs";

/** Compared with when the log is verified; an older head says nothing that a newer one does not. */
const HEADS_COMPARED = 50;

/**
 * Copies the head of each organisation's audit log into the object store, sealed, when it has moved: what was noted there cannot be taken
 * back by whoever may write the database.
 */
export async function keepAnchors({
  pool,
  objects,
  sealKey,
}: Pick<RunParts, "pool" | "objects" | "sealKey">): Promise<{ kept: number }> {
  const { rows } = await pool.query<{ org: string; n: number; hash: string }>(
    `select distinct on (org_id) org_id::text as org, n::float8, encode(hash, 'hex') as hash from audit_log
     where not exists (select from audit_anchors k where k.org_id = audit_log.org_id and k.n >= audit_log.n) order by org_id, n desc`,
  );
  if (rows.length > 0 && sealKey === null)
    throw new DomainError(
      "invalid_state",
      "The jobs process has no secret to seal with. Set THROUGHLINE_SECRET for it, as for the web process, and start it again.",
    );
  for (const { org, n, hash } of rows) {
    const anchor = sealAnchor({ org, n, hash }, new Date().toISOString(), sealKey ?? "");
    const digest = await objects().put(Buffer.from(`${JSON.stringify(anchor)}\n`));
    await pool.query("insert into audit_anchors (org_id, n, digest) values ($1, $2, $3) on conflict do nothing", [
      org,
      n,
      digest,
    ]);
  }
  return { kept: rows.length };
}

/** The newest heads that were copied out. @throws {DomainError} when one is missing, or was not written by this installation */
export async function readKeptAnchors({
  pool,
  objects,
  sealKey,
}: Pick<RunParts, "pool" | "objects" | "sealKey">): Promise<Anchor[]> {
  const { rows } = await pool.query<{ digest: string; n: number }>(
    "select digest, n::float8 from audit_anchors order by at desc limit $1",
    [HEADS_COMPARED],
  );
  if (rows.length === 0 || sealKey === null) return [];
  const anchors: Anchor[] = [];
  for (const { digest, n } of rows) {
    const bytes = await objects().get(digest);
    if (bytes === null)
      throw new DomainError(
        "invalid_state",
        `The head of row ${n} is no longer in the object store (${digest}). Restore the object store, or find out who removed it.`,
      );
    try {
      anchors.push(...readAnchors(Buffer.from(bytes).toString("utf8"), sealKey));
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new DomainError("invalid_state", `The head of row ${n} is not one that this installation sealed.`, {
        digest,
      });
    }
  }
  return anchors;
}
