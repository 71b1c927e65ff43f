import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** A row of audit_log with the text that its hash is made of. */
export interface ChainRow {
  org_id: string;
  n: string;
  /** its fields in order, each as `bytes:text;`, or `-;` where there is none */
  fields: string;
  /** both in hexadecimal */
  prev: string;
  hash: string;
}

/** Where the chain of one organisation has got to. */
export interface ChainHead {
  n: number;
  hash: string;
}

/**
 * Checks rows as they come, in the order of their numbers:
 *
 *     hash(n) = SHA-256(hash(n - 1) ‖ fields)        fields = for each: bytes in UTF-8 ":" text ";", "-;" for none
 *     hash(0) = SHA-256(id of the organisation)
 *
 * An edited row no longer has its hash, a deleted one leaves a number out, an inserted or moved one does not follow its
 * predecessor. A tail that was cut off leaves a chain that is whole: that takes an anchor (see `seal`) from before.
 */
export class ChainCheck {
  private readonly heads = new Map<string, ChainHead>();
  private readonly anchors = new Map<string, ChainHead[]>();
  /** what is hashed, in one place for all rows: a log has millions of them */
  private hashed = Buffer.allocUnsafe(4_096);
  rows = 0;

  /** @param anchors heads that were noted earlier, by organisation */
  constructor(anchors: readonly (ChainHead & { org: string })[] = []) {
    for (const { org, n, hash } of anchors) this.anchors.set(org, [...(this.anchors.get(org) ?? []), { n, hash }]);
  }

  /** @returns what is wrong with this row, or null */
  add(row: ChainRow): string | null {
    this.rows++;
    const last = this.heads.get(row.org_id) ?? { n: 0, hash: hash("sha256", row.org_id) };
    const n = Number(row.n);
    this.heads.set(row.org_id, { n, hash: row.hash });
    if (n !== last.n + 1) return `row ${last.n + 1} is missing: row ${n} follows row ${last.n}`;
    if (row.prev !== last.hash) return `row ${n} does not follow row ${last.n}`;
    if (this.hashOf(row) !== row.hash) return `row ${n} was changed`;
    const anchor = this.anchors.get(row.org_id)?.find((noted) => noted.n === n);
    if (anchor && anchor.hash !== row.hash) return `row ${n} is not the one that was noted earlier`;
    return null;
  }

  /** After the last row: what was noted and is no longer there, or null. */
  end(): string | null {
    for (const [org, noted] of this.anchors) {
      const has = this.heads.get(org)?.n ?? 0;
      const newest = Math.max(...noted.map(({ n }) => n));
      if (newest > has) return `row ${has + 1} is missing: the log once reached row ${newest}`;
    }
    return null;
  }

  private hashOf({ prev, fields }: ChainRow): string {
    const most = prev.length / 2 + 3 * fields.length; // no character of JavaScript's takes more than three bytes
    if (this.hashed.length < most) this.hashed = Buffer.allocUnsafe(2 * most);
    const length = this.hashed.write(prev, "hex");
    return hash("sha256", this.hashed.subarray(0, length + this.hashed.write(fields, length)));
  }

  get reached(): (ChainHead & { org: string })[] {
    return [...this.heads].map(([org, { n, hash }]) => ({ org, n, hash }));
  }
}

const Anchor = z.object({
  org: z.string(),
  n: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.string(),
  seal: z.string(),
});
export type Anchor = z.infer<typeof Anchor>;

/** A head to keep outside of the database, with a seal that only who has the key can make. */
export function sealAnchor(head: ChainHead & { org: string }, at: string, key: string): Anchor {
  return { ...head, at, seal: sealOf({ ...head, at }, key) };
}

/** The anchors of a file of JSON lines. @throws {RangeError} for a line that this key did not seal */
export function readAnchors(text: string, key: string): Anchor[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, i) => {
      const anchor = Anchor.safeParse(parse(line));
      const expected = anchor.success ? Buffer.from(sealOf(anchor.data, key)) : null;
      const given = anchor.success ? Buffer.from(anchor.data.seal) : null;
      if (
        !anchor.success ||
        !expected ||
        !given ||
        given.length !== expected.length ||
        !timingSafeEqual(given, expected)
      )
        throw new RangeError(`line ${i + 1} of the anchors was not written by this installation`);
      return anchor.data;
    });
}

function sealOf({ org, n, hash, at }: Omit<Anchor, "seal">, key: string): string {
  return createHmac("sha256", key).update(`${org} ${n} ${hash} ${at}`).digest("hex");
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // refused by the schema
  }
}
