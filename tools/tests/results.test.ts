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
  const report = { ...vitest, success: false, testResults: [{ status: "failed", assertionResults: [] }] };
  expect(readVitest(report)).toEqual({ passed: 5, failed: 1, skipped: 0 });
});

test("a run that failed for no named test is still a failure", () => {
  expect(readVitest({ ...vitest, success: false }).failed).toBe(1);
});

test("skipped and planned tests are counted as not run", () => {
  expect(readVitest({ ...vitest, numPendingTests: 2, numTodoTests: 1 }).skipped).toBe(3);
});

test("a browser test that passed only on the second try has failed", () => {
  const report = { stats: { expected: 3, unexpected: 0, flaky: 1, skipped: 0 }, errors: [] };
  expect(readPlaywright(report)).toEqual({ passed: 3, failed: 1, skipped: 0 });
});
