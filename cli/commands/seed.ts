import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Pool } from "pg";
import { CliError, EXIT_FAILURE, EXIT_USAGE, type Command } from "@/cli/command";
import { DEMO_NODES, FEWEST_DAYS, MOST_DAYS } from "@/cli/history/plan";
import { readBack } from "@/cli/history/read-back";
import { writeHistory } from "@/cli/history/write";
import { withPool } from "@/cli/pool";
import { readSettings, type Settings } from "@/cli/settings";
import { wholeNumber } from "@/cli/whole-number";
import { listPages, listStories } from "@/server/demo/queries";

const HELP = `throughline seed run [--days <n>] [--seed <n>] [--node <id>] [--until <time>] [--json]
throughline seed list [--json]
throughline seed doctor [--json]

The demo's past: ninety days of its plants with three stories to find.

run      writes the past of the demo's nodes into their buffers, as if they had been without a connection; they send it
         when they start. \`up\` does this at the first start. Done once, it is left alone; after a kill it goes on
list     the stories: where, from when to when, the true cause, and the page that shows it; then the pages that tell one themselves
doctor   counts what has arrived: ledger, rows of every stream, rollups, events of each story, what each page tells. Exit code 1 when anything is missing

--days   how many days; 90 unless told
--seed   which machines and which chance; 1 unless told. The same seed and end give the same data
--node   only this node
--until  when the past ends, ISO 8601; when the node's buffer was made unless told

Example: throughline seed doctor || throughline seed list
`;

/** A count over ninety days takes seconds. */
const STATEMENT_MS = 120_000;

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        days: { type: "string" },
        seed: { type: "string" },
        node: { type: "string" },
        until: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const [verb, ...rest] = positionals;
    const settings = readSettings(process.env);
    const json = values.json ?? false;
    if (rest.length === 0 && verb === "list")
      return withPool(settings, (pool) => list(pool, settings, json), STATEMENT_MS);
    if (rest.length === 0 && verb === "doctor") return withPool(settings, (pool) => doctor(pool, json), STATEMENT_MS);
    if (rest.length > 0 || verb !== "run")
      throw new CliError("seed needs a verb: run, list or doctor.", "See: throughline seed --help", EXIT_USAGE);
    return run(settings, {
      nodes: values.node === undefined ? Object.keys(DEMO_NODES) : [values.node],
      seed: wholeNumber(values.seed ?? "1", "--seed", 0, Number.MAX_SAFE_INTEGER),
      days: wholeNumber(values.days ?? "90", "--days", FEWEST_DAYS, MOST_DAYS),
      ...(values.until === undefined ? {} : { endMs: timeOf(values.until) }),
      json,
    });
  },
};

async function run(
  { dataDir }: Settings,
  options: { nodes: readonly string[]; seed: number; days: number; endMs?: number; json: boolean },
): Promise<number> {
  const { nodes, json, ...past } = options;
  for (const node of nodes) {
    const note = await writeHistory({
      dataDir,
      node,
      ...past,
      models: { current: join(dataDir, "demo", "models"), former: join(dataDir, "demo", "history", "models") },
    });
    process.stdout.write(
      json
        ? `${JSON.stringify(note)}\n`
        : `${node}: ${note.lanes.telemetry.rows} rows, ${note.lanes.inference.rows} windows and ${note.lanes.events.rows} events of ${note.days} days, written in ${note.seconds} s. They go out when the node starts.\n`,
    );
  }
  return 0;
}

async function list(pool: Pool, { ports }: Settings, json: boolean): Promise<number> {
  const [stories, pages] = await Promise.all([listStories(pool), listPages(pool)]);
  if (stories.length + pages.length === 0)
    throw new CliError(
      "This database holds no story.",
      "Start the demo with a past: npm start -- --history-days 90 (and --fresh where it began without).",
    );
  const iso = (ms: number) => new Date(ms).toISOString();
  const site = `http://localhost:${ports.web}`;
  const shown = pages.map(({ id, title, href }) => ({ id, title, link: `${site}${href}` }));
  const told = stories.map(({ id, title, node, stream, fromMs, toMs, cause, link }) => ({
    ...{ id, title, node, stream, from: iso(fromMs), to: iso(toMs), cause },
    link: link === null ? null : `${site}${link}`,
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify([...told, ...shown])}\n`);
    return 0;
  }
  for (const { id, title, node, stream, from, to, cause, link } of told)
    process.stdout.write(
      `${id}: ${title}\n  where  ${node}, ${stream}\n  when   ${from} to ${to}\n  cause  ${cause}\n  see    ${link ?? "(not arrived yet)"}\n`,
    );
  for (const { id, title, link } of shown) process.stdout.write(`${id}: ${title}\n  see    ${link}\n`);
  return 0;
}

async function doctor(pool: Pool, json: boolean): Promise<number> {
  const findings = await readBack(pool);
  const failed = findings.filter(({ state }) => state === "fail");
  if (json) process.stdout.write(`${JSON.stringify({ ok: failed.length === 0, findings })}\n`);
  else
    for (const { check, state, found, fix } of findings)
      process.stdout.write(
        state === "fail" ? `error: ${found}\nfix:   ${fix}\n` : `ok:    ${check.padEnd(8)} ${found}\n`,
      );
  return failed.length === 0 ? 0 : EXIT_FAILURE;
}

function timeOf(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new CliError(`--until ${JSON.stringify(text)} is no time.`, "Write it as 2026-06-01T08:00:00Z.", EXIT_USAGE);
  return ms;
}
