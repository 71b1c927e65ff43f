import { getTableColumns, getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cloneTestDb, type TestDb } from "@/db/testing";
import * as demo from "./demo";
import * as fabric from "./fabric";
import * as goLives from "./go-lives";
import * as identity from "./identity";
import * as ingest from "./ingest";
import * as jobs from "./jobs";
import * as kpis from "./kpis";
import * as limits from "./limits";
import * as plans from "./plans";
import * as records from "./records";
import * as system from "./system";
import * as timeseries from "./timeseries";
import * as value from "./value";
import * as views from "./views";
import * as visits from "./visits";

const described = [
  demo,
  fabric,
  goLives,
  identity,
  ingest,
  jobs,
  kpis,
  limits,
  plans,
  records,
  system,
  timeseries,
  value,
  views,
  visits,
]
  .flatMap((slice) => Object.values(slice))
  .filter((value): value is PgTable => is(value, PgTable));
/** Written by the runner itself, and the tables that belong to one home only. */
const UNDESCRIBED = /^(schema_migrations|segments.*|readings_narrow|readings_touched)$/;

let db: TestDb;
beforeAll(async () => {
  db = await cloneTestDb();
});
afterAll(() => db.drop());

test("every migrated table has its Drizzle schema", async () => {
  const { rows } = await db.owner.query<{ relname: string }>(
    "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace",
  );
  const migrated = rows.map((row) => row.relname).filter((name) => !UNDESCRIBED.test(name));
  expect(described.map((table) => getTableName(table)).sort()).toEqual(migrated.sort());
});

test.each(described.map((table) => [getTableName(table), table] as const))(
  "%s: the same columns, types, defaults and nullability",
  async (name, table) => {
    const { rows } = await db.owner.query<{ column: string; type: string; notNull: boolean; hasDefault: boolean }>(
      `select a.attname as column, format_type(a.atttypid, null) as type, a.attnotnull as "notNull", a.atthasdef or a.attidentity <> '' as "hasDefault"
     from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
      [name],
    );
    const inDatabase = rows.map(
      (row) => `${row.column} ${row.type}${row.notNull ? " not null" : ""}${row.hasDefault ? " default" : ""}`,
    );
    const inSchema = Object.values(getTableColumns(table)).map((column) => {
      const hasDefault = column.hasDefault || column.generatedIdentity !== undefined;
      return `${column.name} ${column.getSQLType()}${column.notNull ? " not null" : ""}${hasDefault ? " default" : ""}`;
    });
    expect(inSchema.sort()).toEqual(inDatabase.sort());
  },
);
