import type { LedgerContent } from "./ledger";

/** What the store says of one sensor. This sensor writes one reading a row. */
export interface Stored {
  /** readings with full quality: number → how often it is there */
  times: ReadonlyMap<number, number>;
  /** readings that stand for others (`substituted`): the least, mean and greatest of a minute that was shrunk */
  substitutes: number;
  /** rows of all batches in the ledger of ingest */
  batchRows: number;
  gaps: readonly GapRange[];
}

/** A gap record: rows `first` to `first + count - 1`. */
export interface GapRange {
  first: number;
  count: number;
  /** true when the rows just before it stand for what the batch held (`rollup60s`) */
  isRollup: boolean;
}

/** What became of one sensor's readings. All counts are readings; this sensor writes one reading a row. */
export interface Account {
  /** the device answered for them */
  kept: number;
  /** rows of the batches that the store has taken */
  stored: number;
  /** of these, rows that stand for others: the least, mean and greatest of a minute */
  substituted: number;
  /** in the device's log, neither stored nor named in a gap record */
  lost: number;
  /** stored more than once */
  doubled: number;
  /** stored with full quality, though the sensor never offered them or the device never logged them */
  invented: number;
  /** named as dropped by gap records */
  dropped: number;
  /** named by a gap record though stored, never logged, or named before; and rows the ledger of ingest counts that are not there */
  contradicted: number;
}

/** Rows that stand for one minute of a batch that was shrunk. */
const ROWS_PER_MINUTE = 3;

/**
 * Holds a sensor's ledger against the store, row by row: the rows whose reading is not in the store must be exactly those
 * that gap records name. One case is apart: a batch shrunk to minutes keeps its first row numbers, three a minute, for the
 * rows that stand for the others, so those are missing just before the gap record that says `rollup60s`.
 */
export function compareRows({ kept, offered, rows, open }: LedgerContent, store: Stored): Account {
  const named = new Set<number>();
  let dropped = 0;
  for (const { first, count } of store.gaps) {
    dropped += count;
    for (let row = first; row < first + count; row++) named.add(row);
  }
  const isMissing = (row: number): boolean => {
    const n = rows[row] ?? open[row - rows.length];
    return n !== undefined && !store.times.has(n);
  };

  let standIns = 0;
  const explained = new Set<number>();
  for (const { first, isRollup } of store.gaps) {
    if (!isRollup) continue;
    let row = first - 1;
    while (isMissing(row) && !named.has(row)) explained.add(row--);
    const run = first - 1 - row;
    standIns += run - (run % ROWS_PER_MINUTE);
  }
  let unnamed = 0;
  for (let row = 0; row < rows.length; row++) if (isMissing(row) && !named.has(row)) unnamed += 1;
  let wronglyNamed = 0;
  for (const row of named) if (!isMissing(row)) wronglyNamed += 1;

  const allowed = Math.min(standIns, store.substitutes);
  const known = new Set([...rows, ...open]);
  let readings = 0;
  let doubled = 0;
  let invented = 0;
  for (const [n, times] of store.times) {
    readings += times;
    doubled += times - 1;
    if (!offered.has(n) || !known.has(n)) invented += 1;
  }
  return {
    kept: kept.size,
    stored: store.batchRows,
    substituted: store.substitutes,
    lost: unnamed - Math.min(allowed, explained.size),
    doubled,
    invented,
    dropped,
    contradicted:
      wronglyNamed +
      (dropped - named.size) +
      (store.substitutes - allowed) +
      Math.abs(store.batchRows - readings - store.substitutes),
  };
}

/** Nothing lost, doubled or invented, and exactly the dropped rows named, each once. */
export function isBalanced({ lost, doubled, invented, contradicted }: Account): boolean {
  return lost + doubled + invented + contradicted === 0;
}
