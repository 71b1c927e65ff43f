import type { Sql } from "@/db/access";

export interface FoundThing {
  kind: "use-case" | "kpi" | "outcome";
  id: string;
  label: string;
  team: string;
  /** stage, unit or state */
  note: string;
}

/** Of each kind at most. */
const MOST_OF_EACH = 6;

/** Use cases, KPIs and outcomes whose name holds the words, of the teams that may be seen; what begins with them comes first. */
export async function searchValue(sql: Sql, q: string): Promise<FoundThing[]> {
  if (q === "") return [];
  const { rows } = await sql.query<FoundThing>(
    `select kind, id, label, team, note from (
       select f.*, row_number() over (partition by kind order by label ilike $2 desc, label) as place from (
         select 'use-case' as kind, u.id, u.title as label, u.team_id, u.stage::text as note from use_cases u where u.title ilike $1
         union all
         select 'kpi', k.id, k.name, k.team_id, (select unit from kpi_versions d where d.kpi_id = k.id order by version desc limit 1)
         from kpis k where k.name ilike $1
         union all
         select 'outcome', o.id, o.statement, o.team_id, o.state::text from outcomes o where o.statement ilike $1) f) ranked
     join (select id as team_id, name as team from teams) t using (team_id)
     where place <= ${MOST_OF_EACH} order by kind, place`,
    [`%${literal(q)}%`, `${literal(q)}%`],
  );
  return rows;
}

/** For ILIKE: what is typed is no pattern. */
const literal = (words: string): string => words.replace(/[\\%_]/g, "\\$&");
