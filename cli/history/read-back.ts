import type { Pool } from "pg";
import { fail, ok, type Finding } from "@/cli/doctor/check";
import { type KnownHistory, type KnownStory, listHistories, listPages, listStories } from "@/server/demo/queries";
import type { HistoryLanes } from "@/server/demo/schema";

const LANES = ["telemetry", "inference", "events"] as const satisfies readonly (keyof HistoryLanes)[];
const WAIT =
  "The node sends the rest while it runs. Look again in a minute; the first page of the demo shows how far it is.";
const START_AGAIN =
  "Stop Throughline and start it again: the demo writes what is missing. Or begin anew: npm start -- --fresh";
const RECOMPUTE =
  "Rollups follow within seconds of what they are made of. If this stays, compute them anew: Administration, Jobs.";

/** Compares what the nodes' buffers were given with what the database holds, from outside: by counting. */
export async function readBack(pool: Pool): Promise<Finding[]> {
  const [histories, stories] = await Promise.all([listHistories(pool), listStories(pool)]);
  if (histories.length === 0)
    return [
      fail(
        "history",
        "This database holds no demo's past.",
        "Start the demo with one: npm start -- --history-days 90 (and --fresh where it began without).",
      ),
    ];
  const findings: Finding[] = [];
  for (const history of histories)
    findings.push(
      ...ledgerFindings(history, await refusedOf(pool, history)),
      ...(await rowFindings(pool, history)),
      await recordFinding(pool, history),
    );
  for (const story of stories) findings.push(await storyFinding(pool, story));
  return [...findings, ...(await pageFindings(pool))];
}

/** Each page that the card names tells what is really stored, and what is stored is named. */
export async function pageFindings(pool: Pool): Promise<Finding[]> {
  const pages = await listPages(pool);
  const { rows } = await pool.query<{ useCases: number; budgets: number; live: string[] }>(
    `select (select count(*)::int from use_cases) as "useCases", (select count(*)::int from value_policies where budget_cents > 0) as budgets,
       array(select '/portfolio/' || use_case_id from go_lives) as live`,
  );
  const { useCases = 0, budgets = 0, live = [] } = rows[0] ?? {};
  const there: Record<string, (href: string) => { isThere: boolean; what: string }> = {
    portfolio: () => ({ isThere: useCases > 0, what: `${useCases} use cases` }),
    plan: () => ({ isThere: useCases > 0 && budgets > 0, what: `${useCases} use cases and ${budgets} budgets` }),
    "go-live": (href) => ({ isThere: live.includes(href), what: `${live.length} use cases that went live` }),
  };
  const told = pages.map(({ id, href }) => {
    const { isThere, what } = there[id]?.(href) ?? { isThere: false, what: "nothing that it could tell" };
    return isThere
      ? ok("page", `${id}: ${what}, ${href}`)
      : fail("page", `${id}: the page ${href} has nothing to tell: the database holds ${what}.`, START_AGAIN);
  });
  const isTold = pages.some(({ id }) => id === "go-live");
  if (live.length > 0 && !isTold)
    told.push(fail("page", "go-live: a use case went live, and the first page does not lead to it.", START_AGAIN));
  return told;
}

function ledgerFindings({ node, lanes, settled }: KnownHistory, refused: number): Finding[] {
  return LANES.map((lane) => {
    const found = `${node}: ${settled[lane]} of ${lanes[lane].batches} batches of ${lane} settled`;
    if (refused > 0)
      return fail("ledger", `${found}, ${refused} refused`, "Read why under Quarantine, and replay them there.");
    return settled[lane] === lanes[lane].batches ? ok("ledger", found) : fail("ledger", `${found}.`, WAIT);
  });
}

async function refusedOf(pool: Pool, { node, epoch, lanes }: KnownHistory): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from ingest_batches b join ingest_lanes l on l.id = b.lane_id join unnest($3::text[], $4::int8[], $5::int8[]) as w (lane, first, n) on w.lane = l.lane
     where l.node_id = $1 and l.epoch = $2 and b.rejected is not null and b.batch >= w.first and b.batch < w.first + w.n`,
    [node, epoch, LANES, LANES.map((lane) => lanes[lane].batch), LANES.map((lane) => lanes[lane].batches)],
  );
  return rows[0]?.n ?? 0;
}

/** Every stream of the node has every row once, and its rollups hold as many. */
async function rowFindings(pool: Pool, { node, fromMs, toMs, lanes }: KnownHistory): Promise<Finding[]> {
  const expected = lanes.telemetry.rows;
  const range = [node, new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
  const stored = await pool.query<{ key: string; n: number }>(
    `select s.key, count(r.ts)::int as n from streams s
     left join readings_between((select array_agg(id) from streams where node_id = $1), $2::timestamptz, $3::timestamptz) r on r.stream_id = s.id
     where s.node_id = $1 group by s.key order by s.key`,
    range,
  );
  const rolled = await pool.query<{ key: string; minutes: number; hours: number; whole: number }>(
    `select s.key,
       (select coalesce(sum(n + bad), 0)::int from rollup_1m where stream_id = s.id and bucket >= $2 and bucket < $3) as minutes,
       (select coalesce(sum(n + bad), 0)::int from rollup_1h where stream_id = s.id and bucket >= $2 and bucket < date_trunc('hour', $3::timestamptz, 'UTC')) as hours,
       (select coalesce(sum(n + bad), 0)::int from rollup_1m where stream_id = s.id and bucket >= to_timestamp(ceil(extract(epoch from $2::timestamptz) / 3600) * 3600)
          and bucket < date_trunc('hour', $3::timestamptz, 'UTC')) as whole
     from streams s where s.node_id = $1 order by s.key`,
    range,
  );
  const wrong = stored.rows.filter(({ n }) => n !== expected);
  const behind = rolled.rows.filter(({ minutes, hours, whole }) => minutes !== expected || hours !== whole);
  const each = `${stored.rows.length} streams of ${node}`;
  return [
    wrong.length === 0
      ? ok("rows", `${each}: ${expected} rows each`)
      : fail("rows", `${each}: ${few(wrong.map(({ key, n }) => `${key} has ${n} rows of ${expected}`))}.`, WAIT),
    behind.length === 0
      ? ok("rollups", `${each}: minutes and hours hold ${expected} rows each`)
      : fail(
          "rollups",
          `${each}: ${few(behind.map(({ key, minutes }) => `the minutes of ${key} hold ${minutes} rows of ${expected}`))}.`,
          RECOMPUTE,
        ),
  ];
}

async function recordFinding(pool: Pool, { node, fromMs, toMs, lanes }: KnownHistory): Promise<Finding> {
  const { rows } = await pool.query<{ events: number; inference: number }>(
    `select (select count(*)::int from events where node_id = $1 and ts >= $2 and ts < $3) as events,
       (select count(*)::int from inference where node_id = $1 and ts >= $2 and ts < $3) as inference`,
    [node, new Date(fromMs).toISOString(), new Date(toMs).toISOString()],
  );
  const { events = 0, inference = 0 } = rows[0] ?? {};
  const found = `${node}: ${events} events of ${lanes.events.rows}, ${inference} windows of models of ${lanes.inference.rows}`;
  return events === lanes.events.rows && inference === lanes.inference.rows
    ? ok("records", found)
    : fail("records", `${found}.`, WAIT);
}

/** A story is there when its true cause is told with beginning and end, and a model raised and cleared an alarm over it. */
async function storyFinding(pool: Pool, story: KnownStory): Promise<Finding> {
  const { rows } = await pool.query<{ truths: number; raised: number; cleared: number }>(
    `select count(*) filter (where kind = 'ground-truth' and ts in ($2, $3))::int as truths,
       count(*) filter (where kind = 'anomaly' and data->>'state' = 'raised')::int as raised,
       count(*) filter (where kind = 'anomaly' and data->>'state' = 'cleared')::int as cleared
     from events where node_id = $1 and ts >= $2 and ts <= $3::timestamptz + interval '2 hours'`,
    [story.node, new Date(story.fromMs).toISOString(), new Date(story.toMs).toISOString()],
  );
  const { truths = 0, raised = 0, cleared = 0 } = rows[0] ?? {};
  const found = `${story.id}: told ${truths} of 2 times, ${raised} alarms raised, ${cleared} cleared`;
  if (story.link === null)
    return fail("story", `${story.id}: the stream ${story.stream} of ${story.node} is not there.`, WAIT);
  return truths === 2 && raised > 0 && raised === cleared
    ? ok("story", `${found}, ${story.link}`)
    : fail("story", `${found}.`, WAIT);
}

function few(parts: readonly string[]): string {
  return parts.length <= 3 ? parts.join(", ") : `${parts.slice(0, 3).join(", ")} and ${parts.length - 3} more`;
}
