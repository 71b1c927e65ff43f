import { type Anchor, readAnchors, sealAnchor } from "@/server/audit/chain";
import { DomainError } from "@/server/core/errors";
import { digestOf, type ObjectStore } from "@/server/models/objects/object";
import type { RunParts } from "./runs";

/** Said where a verdict rests on the log alone. */
export const NOTHING_TO_COMPARE =
  "There is no earlier head to compare with: a tail that was cut off before now cannot be seen.";

type Parts = Pick<RunParts, "pool" | "objects" | "sealKey">;

/** Compared with when the log is verified; an older head says nothing that a newer one does not. */
const HEADS_COMPARED = 50;

/**
 * Copies the head of each organisation's audit log into the object store, sealed, when it has moved: what was noted there cannot be taken
 * back by whoever may write the database. The list of where each lies is in the database, so beside every head the store counts it:
 * whoever takes rows off the list leaves a mark behind that counts further than the list.
 * @throws {DomainError} when it does: adding heads would cover up what is missing
 */
export async function keepAnchors({ pool, objects, sealKey }: Parts): Promise<{ kept: number }> {
  const { rows } = await pool.query<{ org: string; n: number; hash: string; before: number }>(
    `select distinct on (org_id) org_id::text as org, n::float8, encode(hash, 'hex') as hash,
       (select count(*)::int from audit_anchors k where k.org_id = audit_log.org_id) as before from audit_log
     where not exists (select from audit_anchors k where k.org_id = audit_log.org_id and k.n >= audit_log.n) order by org_id, n desc`,
  );
  if (rows.length > 0 && sealKey === null)
    throw new DomainError(
      "invalid_state",
      "The jobs process has no secret to seal with. Set THROUGHLINE_SECRET for it, as for the web process, and start it again.",
    );
  for (const { org, n, hash, before } of rows) {
    await demandListed(objects(), org, before);
    const anchor = sealAnchor({ org, n, hash }, new Date().toISOString(), sealKey ?? "");
    const digest = await objects().put(Buffer.from(`${JSON.stringify(anchor)}\n`));
    await pool.query("insert into audit_anchors (org_id, n, digest) values ($1, $2, $3) on conflict do nothing", [
      org,
      n,
      digest,
    ]);
    await objects().put(markOf(org, before + 1));
  }
  return { kept: rows.length };
}

/**
 * The newest heads that were copied out; none only where none ever was.
 * @throws {DomainError} when heads are in the store and their list or the key is gone, when one is missing, or was not written by this
 *   installation
 */
export async function readKeptAnchors({ pool, objects, sealKey }: Parts): Promise<Anchor[]> {
  const { rows: orgs } = await pool.query<{ org: string; listed: number }>(
    "select o.id::text as org, (select count(*)::int from audit_anchors k where k.org_id = o.id) as listed from orgs o",
  );
  for (const { org, listed } of orgs) await demandListed(objects(), org, listed);
  const { rows } = await pool.query<{ digest: string; n: number }>(
    "select digest, n::float8 from audit_anchors order by at desc limit $1",
    [HEADS_COMPARED],
  );
  if (rows.length === 0) return [];
  if (sealKey === null)
    throw new DomainError(
      "invalid_state",
      "There are heads to compare with, and no secret to read their seal. Set THROUGHLINE_SECRET as for the web process.",
    );
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

/**
 * Takes back the marks of heads that a restored backup no longer lists, so that heads are copied out again. What they stood for cannot be
 * compared any more: only for somebody who knows that a backup was restored, and who says so in the audit log.
 * @returns how many were taken back
 */
export async function forgetUnlisted({ pool, objects }: Omit<Parts, "sealKey">, org: string): Promise<number> {
  const { rows } = await pool.query<{ listed: number }>(
    "select count(*)::int as listed from audit_anchors where org_id = $1",
    [org],
  );
  const store = objects();
  let forgotten = 0;
  for (let count = (rows[0]?.listed ?? 0) + 1; await store.has(digestOf(markOf(org, count))); count++) {
    await store.remove(digestOf(markOf(org, count)));
    forgotten++;
  }
  return forgotten;
}

/** Says nothing but that so many heads were copied out: anybody can work out what it is called, and look whether it is there. */
const markOf = (org: string, count: number): Uint8Array =>
  Buffer.from(`throughline: ${count} heads of the audit log of organisation ${org} were copied out\n`);

async function demandListed(store: ObjectStore, org: string, listed: number): Promise<void> {
  if (!(await store.has(digestOf(markOf(org, listed + 1))))) return;
  throw new DomainError(
    "invalid_state",
    `More heads were copied into the object store than the database lists (${listed}): rows of audit_anchors are gone, and the end of the log may be gone with them. If a backup was restored, say so with: throughline audit restored --reason "…"`,
  );
}
