import { escapeLiteral, type Pool, type PoolClient, type QueryResult } from "pg";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import { isSettled, settle, type Settled } from "@/sdk/wire/settle";
import type { Lane } from "@/sdk/wire/names";
import type { RejectCode } from "@/sdk/wire/codes";
import { type BatchItem, type Item, type Kept, keptFrom, type PlainItem } from "./items";
import { insertGaps, insertKept, insertLaneRows, insertMismatches, type Mismatch } from "./insert-rows";

export interface RejectedBatch {
  batch: number;
  code: RejectCode;
  detail: string;
}

/** A lane after a commit: what its next ack says. */
export interface LaneAfter {
  node: string;
  epoch: string;
  lane: Lane;
  settled: Settled;
  rejected: RejectedBatch[];
}

export interface CommitResult {
  lanes: LaneAfter[];
  /** items whose rows were written now; a duplicate is not among them */
  stored: (BatchItem | PlainItem)[];
  duplicates: number;
  mismatches: number;
  kept: number;
}

export interface LaneRef {
  id: number;
  node: string;
  epoch: string;
  lane: Lane;
}

interface LaneState {
  ref: LaneRef;
  settled: Settled;
  added: number[];
  watermarkMs: number | null;
  rejected: RejectedBatch[];
  touched: boolean;
}

/** Cuts text to what a column and a person can take; PostgreSQL has no NUL in text. */
export const clip = (text: string, max = 1_000) => text.replaceAll("\u0000", "\ufffd").slice(0, max);

/**
 * Writes items in one transaction of three round trips: begin and lock, copy the readings, then ledger, cursors and commit
 * together. Each answer waits for its turn behind the messages that come in meanwhile, so a round trip costs more than its
 * statement. Lane cursors are locked in the order of their ids, so that two replicas never wait for
 * each other in a circle; the ledger decides what is new; rows, ledger and cursor commit together or not at all.
 */
export async function commitItems(
  pool: Pool,
  store: TimeSeriesStore,
  items: readonly Item[],
  laneOf: (item: BatchItem) => LaneRef,
): Promise<CommitResult> {
  const tx = await pool.connect();
  try {
    const result = await commitIn(tx, store, items, laneOf);
    tx.release();
    return result;
  } catch (cause) {
    await tx.query("rollback").catch(() => undefined); // when the connection broke there is nothing to roll back
    tx.release(cause instanceof Error ? cause : true);
    throw cause;
  }
}

async function commitIn(
  tx: PoolClient,
  store: TimeSeriesStore,
  items: readonly Item[],
  laneOf: (item: BatchItem) => LaneRef,
): Promise<CommitResult> {
  const batches = items.filter((item) => item.kind === "batch");
  const lanes = await lockLanes(tx, batches.map(laneOf));
  const known = await findLedgerRows(tx, batches, laneOf, lanes);
  const result: CommitResult = { lanes: [], stored: [], duplicates: 0, mismatches: 0, kept: 0 };
  const kept: Kept[] = [];
  const mismatched: Mismatch[] = [];
  const fresh: { lane: LaneState; item: BatchItem }[] = [];

  for (const item of batches) {
    const lane = laneState(lanes, laneOf(item));
    lane.touched = true;
    const key = `${lane.ref.id}:${item.batch}`;
    const before = known.get(key);
    if (before !== undefined) {
      if (before === null || before.equals(item.sha256))
        result.duplicates++; // null: settled so long ago that the ledger was pruned
      else {
        result.mismatches++;
        mismatched.push({ node: lane.ref.node, lane: lane.ref.lane, epoch: lane.ref.epoch, batch: item.batch });
        const detail = `Batch ${item.batch} came before with other bytes.`;
        lane.rejected.push({ batch: item.batch, code: "SEALED_MISMATCH", detail });
        kept.push(
          keptFrom(
            {
              code: "SEALED_MISMATCH",
              message: detail,
              field: "batch",
              hint: "A batch is sealed before it is first sent and never cut again. Begin a new epoch when the buffer was lost.",
            },
            item,
          ),
        );
      }
      continue;
    }
    known.set(key, item.sha256);
    fresh.push({ lane, item });
    lane.added.push(item.batch);
    if (item.watermarkMs !== null) lane.watermarkMs = Math.max(lane.watermarkMs ?? 0, item.watermarkMs);
    if (item.rejected)
      lane.rejected.push({ batch: item.batch, code: item.rejected.code, detail: clip(item.rejected.message) });
    kept.push(...item.kept);
    result.stored.push(item);
  }

  const blocks = fresh.flatMap(({ item }) => item.blocks);
  for (const item of items) {
    if (item.kind === "plain") {
      blocks.push(item.block);
      result.stored.push(item);
    } else if (item.kind === "keep") kept.push(item.entry);
  }
  if (blocks.length > 0) await store.write(tx, blocks);
  await insertLaneRows(
    tx,
    fresh.map(({ item }) => item),
  );
  await insertGaps(
    tx,
    fresh.map(({ item }) => item),
  );
  if (mismatched.length > 0) await insertMismatches(tx, mismatched);
  result.kept = await insertKept(tx, kept);
  const statements = [...ledgerRows(fresh), ...moveCursors([...lanes.values()]), "commit"];
  await tx.query(statements.join(";"));
  for (const lane of lanes.values())
    if (lane.touched)
      result.lanes.push({
        node: lane.ref.node,
        epoch: lane.ref.epoch,
        lane: lane.ref.lane,
        settled: lane.settled,
        rejected: lane.rejected,
      });
  return result;
}

/**
 * Statements that note batches in the ledger. They go out with the commit in one message, which takes no parameters: numbers and
 * hex are ours and need no quotes, a refusal's text is quoted. One `unnest` costs PostgreSQL half of what a list of rows does.
 */
function ledgerRows(fresh: readonly { lane: LaneState; item: BatchItem }[]): string[] {
  const statements: string[] = [];
  const plain = fresh.filter(({ item }) => item.rejected === null);
  if (plain.length > 0) {
    const column = (of: (row: { lane: LaneState; item: BatchItem }) => string | number) =>
      `'{${plain.map(of).join(",")}}'`;
    statements.push(
      `insert into ingest_batches (lane_id, batch, sha256, rows, readings) select * from unnest(
         ${column(({ lane }) => lane.ref.id)}::int[], ${column(({ item }) => item.batch)}::int8[], ${column(({ item }) => `"\\\\x${item.sha256.toString("hex")}"`)}::bytea[],
         ${column(({ item }) => item.rowCount)}::int[], ${column(({ item }) => item.readings)}::int[])`,
    );
  }
  const refused = fresh.flatMap(({ lane, item }) =>
    item.rejected === null
      ? []
      : [
          `(${lane.ref.id},${item.batch},'\\x${item.sha256.toString("hex")}',${item.rowCount},${item.readings},${escapeLiteral(clip(`${item.rejected.code}: ${item.rejected.message}`))})`,
        ],
  );
  if (refused.length > 0)
    statements.push(
      `insert into ingest_batches (lane_id, batch, sha256, rows, readings, rejected) values ${refused.join(",")}`,
    );
  return statements;
}

function laneState(lanes: ReadonlyMap<number, LaneState>, ref: LaneRef): LaneState {
  const lane = lanes.get(ref.id);
  if (!lane) throw new Error(`lane ${ref.id} of ${ref.node} vanished`);
  return lane;
}

/** Begins the transaction. Ids are our own integers, so they may stand in the text; two statements in one message take no parameters. */
async function lockLanes(tx: PoolClient, refs: readonly LaneRef[]): Promise<Map<number, LaneState>> {
  const byId = new Map(refs.map((ref) => [ref.id, ref]));
  const lanes = new Map<number, LaneState>();
  if (byId.size === 0) {
    await tx.query("begin");
    return lanes;
  }
  const answer: unknown = await tx.query(
    `begin; select id, up_to::text as "upTo", ranges::text from ingest_lanes where id in (${[...byId.keys()].join(",")}) order by id for no key update`,
  );
  for (const row of secondResult<{ id: number; upTo: string; ranges: string }>(answer).rows) {
    const ref = byId.get(row.id);
    if (ref)
      lanes.set(row.id, {
        ref,
        settled: { upTo: Number(row.upTo), ranges: parseRanges(row.ranges) },
        added: [],
        watermarkMs: null,
        rejected: [],
        touched: false,
      });
  }
  return lanes;
}

/** Of several statements in one message the driver returns one result each, which its types do not say. */
function secondResult<T extends object>(answer: unknown): QueryResult<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the driver's types lack it; the statements are ours
  const results = answer as QueryResult<T>[];
  const [, second] = results;
  if (!second) throw new Error("the database answered one statement of two");
  return second;
}

/** What the ledger knows of these batches: their hash, or null where the cursor says settled and the ledger was pruned. */
async function findLedgerRows(
  tx: PoolClient,
  batches: readonly BatchItem[],
  laneOf: (item: BatchItem) => LaneRef,
  lanes: ReadonlyMap<number, LaneState>,
): Promise<Map<string, Buffer | null>> {
  const known = new Map<string, Buffer | null>();
  const seen = batches.flatMap((item) => {
    const lane = laneState(lanes, laneOf(item));
    return isSettled(lane.settled, item.batch) ? [{ id: lane.ref.id, batch: item.batch }] : [];
  });
  if (seen.length === 0) return known;
  for (const { id, batch } of seen) known.set(`${id}:${batch}`, null);
  const { rows } = await tx.query<{ id: number; batch: string; sha256: Buffer }>(
    `select b.lane_id as id, b.batch, b.sha256 from ingest_batches b join unnest($1::int[], $2::int8[]) as s (lane_id, batch) using (lane_id, batch)`,
    [seen.map(({ id }) => id), seen.map(({ batch }) => batch)],
  );
  for (const { id, batch, sha256 } of rows) known.set(`${id}:${batch}`, sha256);
  return known;
}

function moveCursors(lanes: readonly LaneState[]): string[] {
  const moved = lanes.filter((lane) => lane.added.length > 0);
  if (moved.length === 0) return [];
  for (const lane of moved) lane.settled = settle(lane.settled, lane.added);
  const rows = moved.map(
    ({ ref, settled, watermarkMs }) =>
      `(${ref.id},${settled.upTo}::int8,'${formatRanges(settled.ranges)}'::int8multirange,${watermarkMs ?? "null"}::float8)`,
  );
  return [
    `update ingest_lanes l set up_to = n.up_to, ranges = n.ranges, last_batch_at = now(), watermark = greatest(l.watermark, to_timestamp(n.watermark / 1000))
     from (values ${rows.join(",")}) as n (id, up_to, ranges, watermark) where l.id = n.id`,
  ];
}

/** `{[5,8),[10,11)}` as inclusive pairs. */
export function parseRanges(text: string): [number, number][] {
  return [...text.matchAll(/\[(\d+),(\d+)\)/g)].map(([, from, to]) => [Number(from), Number(to) - 1]);
}

export function formatRanges(ranges: Settled["ranges"]): string {
  return `{${ranges.map(([from, to]) => `[${from},${to + 1})`).join(",")}}`;
}
