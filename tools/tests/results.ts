import { z } from "zod";

/** What one runner said. `skipped` are tests it did not run, whatever the reason; `failures` and `skippedTests` name them as far as they have names. */
export interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
  failures: readonly string[];
  skippedTests: readonly string[];
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [], skippedTests: [] };

export function add(a: Outcome, b: Outcome): Outcome {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
    skippedTests: [...a.skippedTests, ...b.skippedTests],
  };
}

const VitestReport = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** A file that could not even be loaded has no failed test, so it counts as one failure itself. */
export function readVitest(json: unknown): Outcome {
  const report = VitestReport.parse(json);
  const brokenFiles = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + brokenFiles.length;
  const failures = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => `${name}: ${fullName}: ${firstLine(failureMessages[0])}`),
  );
  const skippedTests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => ["skipped", "pending", "todo"].includes(status))
      .map(({ fullName }) => `${name}: ${fullName}`),
  );
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [...failures, ...brokenFiles.map(({ name }) => `${name}: could not be loaded`)],
    skippedTests,
  };
}

function firstLine(message = ""): string {
  return message.split("\n")[0] ?? "";
}

const PlaywrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  ok: z.boolean(),
  tests: z.array(z.object({ status: z.string() })).default([]),
});
type PlaywrightSpec = z.infer<typeof PlaywrightSpec>;

interface PlaywrightSuite {
  specs: PlaywrightSpec[];
  suites?: PlaywrightSuite[] | undefined;
}

const PlaywrightSuite: z.ZodType<PlaywrightSuite> = z.object({
  specs: z.array(PlaywrightSpec),
  get suites() {
    return z.array(PlaywrightSuite).optional();
  },
});

const PlaywrightReport = z.object({
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int() }),
  suites: z.array(PlaywrightSuite),
  errors: z.array(z.unknown()),
});

function namesOf(suites: readonly PlaywrightSuite[], wanted: (spec: PlaywrightSpec) => boolean): string[] {
  return suites.flatMap(({ specs, suites: inner = [] }) => [
    ...specs.filter(wanted).map(({ file, title }) => `${file}: ${title}`),
    ...namesOf(inner, wanted),
  ]);
}

/** `flaky` passed only on a second try, which counts as failed. */
export function readPlaywright(json: unknown): Outcome {
  const { stats, errors, suites } = PlaywrightReport.parse(json);
  const failed = stats.unexpected + stats.flaky;
  return {
    passed: stats.expected,
    failed: failed === 0 && errors.length > 0 ? 1 : failed,
    skipped: stats.skipped,
    failures: namesOf(suites, ({ ok }) => !ok),
    skippedTests: namesOf(suites, ({ tests }) => tests.some(({ status }) => status === "skipped")),
  };
}
