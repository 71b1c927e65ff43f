import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { timescaleServer } from "@/cli/embedded/timescale";
import { findChromium, findProgram } from "@/cli/programs";
import { prepareMachine } from "./machine";
import { planCombinations, whySkipped } from "./plan";
import { SHARED_FOLDER } from "../recorded-data";
import { add, NOTHING, type Outcome, readPlaywright, readVitest } from "./results";

/**
 * `npm test`: every test there is, on both databases and both brokers. What cannot run on this machine is named with
 * the way to get it; with TL_DEMAND_ALL=1 (CI) it is a failure. The last line is `N passed, N failed`.
 */
const REPORTS = ".cache/tests";
const demandsAll = process.env.TL_DEMAND_ALL === "1";
const only = process.argv.slice(2);
const wanted = (suite: string) => only.length === 0 || only.includes(suite);
const unknown = only.filter((suite) => !["unit", "int", "e2e"].includes(suite));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(", ")}; choose among unit, int and e2e.`);
  process.exit(2);
}

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const notRun = prepareMachine();
if (!existsSync(SHARED_FOLDER)) {
  notRun.push(`tests on recorded plant data: ${SHARED_FOLDER} is missing; set THROUGHLINE_SHARED to its folder`);
}

let total = NOTHING;
const lines: string[] = [];

if (wanted("unit")) record("unit", vitest("unit", {}));
const combinations = wanted("int")
  ? planCombinations({ timescale: canUnpackTimescale(), mosquitto: findProgram(["mosquitto"]) !== null })
  : [];
for (const [index, { name, database, broker }] of combinations.entries()) {
  const repeat: Record<string, string> = index > 0 ? { TL_TEST_REPEAT: "1" } : {};
  record(`integration: ${name}`, vitest("int", { TL_TEST_DB: database, TL_TEST_BROKER: broker, ...repeat }));
}
if (wanted("e2e") && findChromium() !== null) record("browser", playwright()); // named in notRun else

console.log("");
// Last, where whoever reads only the end of a long log finds it.
for (const failure of total.failures) console.log(`FAILED   ${failure}`);
for (const line of lines) console.log(line);
for (const line of notRun) console.log(`NOT RUN  ${line}`);
for (const title of total.skippedTests) console.log(`NOT RUN  ${title}: ${whySkipped(title)}`);
if (demandsAll) total = add(total, { ...NOTHING, failed: notRun.length + total.skipped });
// Nothing run is no success.
if (total.passed === 0 && total.failed === 0) total = { ...total, failed: 1 };
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Unpacks TimescaleDB beside the tests' other servers, once; where that cannot be, says so. */
function canUnpackTimescale(): boolean {
  try {
    timescaleServer();
    return true;
  } catch (cause) {
    notRun.push(`tests on TimescaleDB: ${cause instanceof Error ? cause.message : String(cause)}`);
    return false;
  }
}

function record(name: string, outcome: Outcome): void {
  total = add(total, outcome);
  const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} SKIPPED` : "";
  lines.push(`${name}: ${outcome.passed} passed, ${outcome.failed} failed${skipped}`);
}

function vitest(project: string, env: Record<string, string>): Outcome {
  const report = join(REPORTS, `${[project, ...Object.values(env)].join("-")}.json`);
  const workers = project === "int" ? ["--maxWorkers=1"] : [];
  const args = [
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...workers,
  ];
  return run("node_modules/vitest/vitest.mjs", args, env, report, readVitest);
}

function playwright(): Outcome {
  const report = join(REPORTS, "browser.json");
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report };
  return run("node_modules/@playwright/test/cli.js", ["test", "--reporter=list,json"], env, report, readPlaywright);
}

/** A runner that wrote no report has failed, whatever its exit code says. */
function run(
  script: string,
  args: string[],
  env: Record<string, string>,
  report: string,
  read: (json: unknown) => Outcome,
): Outcome {
  spawnSync(process.execPath, [script, ...args], { stdio: "inherit", env: { ...process.env, ...env } });
  if (!existsSync(report)) return { ...NOTHING, failed: 1 };
  return read(JSON.parse(readFileSync(report, "utf8")));
}
