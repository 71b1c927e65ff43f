import type { Sql } from "../access";
import type { TimeSeriesStore } from "./port";
import { openSegments } from "./segments";
import { openTimescale } from "./timescale";

/** The store that the migrations of this database chose. @throws when the database was not migrated */
export async function openTimeSeries(sql: Sql): Promise<TimeSeriesStore> {
  const { rows } = await sql.query<{ home: "segments" | "timescale" }>("select home from timeseries_home");
  const [chosen] = rows;
  if (!chosen) throw new Error("timeseries_home is empty: run the migrations (throughline migrate)");
  return chosen.home === "timescale" ? openTimescale() : openSegments();
}
