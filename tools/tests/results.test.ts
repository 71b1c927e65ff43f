import { expect, test } from "vitest";
import { readPlaywright, readVitest } from "./results";

const vitest = {
  numPassedTests: 5,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  success: true,
  testResults: [],
};

test("a file that cannot be loaded is a failure although none of its tests failed", () => {
  const report = {
    ...vitest,
    success: false,
    testResults: [{ name: "a.test.ts", status: "failed", assertionResults: [] }],
  };
  expect(readVitest(report)).toEqual({
    passed: 5,
    failed: 1,
    skipped: 0,
    failures: ["a.test.ts: could not be loaded"],
    skippedTests: [],
  });
});

test("a run that failed for no named test is still a failure", () => {
  expect(readVitest({ ...vitest, success: false }).failed).toBe(1);
});

test("skipped and planned tests are counted as not run", () => {
  expect(readVitest({ ...vitest, numPendingTests: 2, numTodoTests: 1 }).skipped).toBe(3);
});

test("a browser test that passed only on the second try has failed", () => {
  const report = { stats: { expected: 3, unexpected: 0, flaky: 1, skipped: 0 }, suites: [], errors: [] };
  expect(readPlaywright(report)).toEqual({ passed: 3, failed: 1, skipped: 0, failures: [], skippedTests: [] });
});

test("what failed is named with its file, in both runners", () => {
  const assertionResults = [
    { status: "passed", fullName: "stands", failureMessages: [] },
    { status: "failed", fullName: "falls", failureMessages: ["expected 11 to be 10\n    at line 61"] },
  ];
  const testResults = [{ name: "a.test.ts", status: "failed", assertionResults }];
  expect(readVitest({ ...vitest, numFailedTests: 1, success: false, testResults }).failures).toEqual([
    "a.test.ts: falls: expected 11 to be 10",
  ]);
  const spec = (title: string, ok: boolean) => ({ title, ok, file: "b.spec.ts" });
  const suites = [{ specs: [spec("opens", true)], suites: [{ specs: [spec("closes", false)] }] }];
  const stats = { expected: 1, unexpected: 1, flaky: 0, skipped: 0 };
  expect(readPlaywright({ stats, suites, errors: [] }).failures).toEqual(["b.spec.ts: closes"]);
});

test("what was skipped is named with its file, in both runners", () => {
  const assertionResults = [{ status: "skipped", fullName: "waits", failureMessages: [] }];
  const testResults = [{ name: "a.test.ts", status: "passed", assertionResults }];
  expect(readVitest({ ...vitest, numPendingTests: 1, testResults }).skippedTests).toEqual(["a.test.ts: waits"]);
  const specs = [{ title: "rests", file: "b.spec.ts", ok: true, tests: [{ status: "skipped" }] }];
  const stats = { expected: 0, unexpected: 0, flaky: 0, skipped: 1 };
  expect(readPlaywright({ stats, suites: [{ specs }], errors: [] }).skippedTests).toEqual(["b.spec.ts: rests"]);
});
