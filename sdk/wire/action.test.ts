import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ACTION_STATES,
  type ActionReport,
  type ActionState,
  canMove,
  isReachable,
  isTerminal,
  judgeReport,
  nextStates,
  runningPointer,
} from "./action";

const state = fc.constantFrom(...ACTION_STATES);
const report = (over: Partial<ActionReport>): ActionReport => ({
  v: 1,
  action: "a",
  attempt: 1,
  seq: 1,
  state: "QUEUED",
  progress: null,
  detail: null,
  ts: 0,
  ...over,
});

test("an end is final: nothing leads out of it and no later report changes it", () => {
  const ends = ACTION_STATES.filter(isTerminal);
  expect(ends).toEqual([
    "REJECTED",
    "FAILED",
    "COMMITTED",
    "ROLLED_BACK",
    "ROLLBACK_FAILED",
    "CANCELLED",
    "SUPERSEDED",
    "EXPIRED",
    "TIMED_OUT",
  ]);
  fc.assert(
    fc.property(fc.constantFrom(...ends), state, (end, later) => {
      expect(judgeReport(report({ state: end }), report({ seq: 2, state: later }))).toBe("after-end");
    }),
  );
});

test("an older or repeated seq is ignored whatever it says; a new attempt starts over", () => {
  fc.assert(
    fc.property(state, state, fc.integer({ min: 0, max: 5 }), (known, said, seq) => {
      expect(judgeReport(report({ state: known, seq: 5 }), report({ state: said, seq }))).toBe("older");
      expect(judgeReport(report({ state: known, seq: 5 }), report({ state: said, seq: 0, attempt: 2 }))).toBe("take");
    }),
  );
});

test("every state can come to an end, and every state can be reached from QUEUED", () => {
  const endless = ACTION_STATES.filter(
    (from) => !isTerminal(from) && !ACTION_STATES.some((to) => isTerminal(to) && isReachable(from, to)),
  );
  expect(endless).toEqual([]);
  expect(ACTION_STATES.filter((to) => !isReachable("QUEUED", to))).toEqual(["QUEUED"]);
});

test("on every path the node runs a model: a trial only between SHADOWING and the commit or the way back", () => {
  const trial = ACTION_STATES.filter((known) => runningPointer(known) === "trial");
  expect(trial).toEqual(["ACTIVATING", "PROBATION"]);
  for (const from of ACTION_STATES) {
    for (const to of nextStates(from)) {
      if (runningPointer(to) === "trial")
        expect([from, to]).toEqual(from === "ACTIVATING" ? ["ACTIVATING", "PROBATION"] : ["SHADOWING", "ACTIVATING"]);
    }
  }
});

test("nothing outside cuts off an activation: it ends in PROBATION, COMMITTED or the way back", () => {
  const ways: readonly [ActionState, ActionState][] = [
    ["ACTIVATING", "CANCELLED"],
    ["ACTIVATING", "SUPERSEDED"],
    ["PROBATION", "TIMED_OUT"],
    ["PROBATION", "EXPIRED"],
  ];
  for (const [from, to] of ways) expect(canMove(from, to)).toBe(false);
});
