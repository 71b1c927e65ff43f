import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

/** What both time-series homes share (db/migrations/0005-timeseries.sql). The readings themselves are reached through db/timeseries. */

const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });

/** One row: where the readings live, and how far the rollup job got. */
export const timeseriesHome = pgTable("timeseries_home", {
  onlyRow: boolean("only_row").primaryKey().default(true),
  home: text().$type<"segments" | "timescale">().notNull(),
  licence: text().$type<"apache" | "timescale">(),
  rolledBefore: xid8("rolled_before").notNull().default("0"),
  rawKeptFrom: timestamp("raw_kept_from", { withTimezone: true }).notNull().default(sql`'-infinity'`),
});

const rollupColumns = {
  streamId: integer("stream_id").notNull(),
  bucket: timestamp({ withTimezone: true }).notNull(),
  n: bigint({ mode: "number" }).notNull(),
  bad: bigint({ mode: "number" }).notNull(),
  vmin: doublePrecision(),
  vmax: doublePrecision(),
  vsum: doublePrecision(),
  vsumsq: doublePrecision(),
  vfirst: doublePrecision(),
  vlast: doublePrecision(),
  firstTs: timestamp("first_ts", { withTimezone: true }),
  lastTs: timestamp("last_ts", { withTimezone: true }),
};

export const rollup1m = pgTable("rollup_1m", rollupColumns, (t) => [primaryKey({ columns: [t.streamId, t.bucket] })]);
export const rollup1h = pgTable("rollup_1h", { ...rollupColumns, minutes: smallint().notNull() }, (t) => [
  primaryKey({ columns: [t.streamId, t.bucket] }),
]);
export const rollup1d = pgTable("rollup_1d", rollupColumns, (t) => [primaryKey({ columns: [t.streamId, t.bucket] })]);
