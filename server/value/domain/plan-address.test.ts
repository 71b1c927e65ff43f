import { expect, test } from "vitest";
import { addressOf, groupsAt, questionAt } from "./plan-address";
import { PlanQuestion } from "./plan-inputs";
import { NO_QUESTION, questionHash } from "./plan-question";

const [A, B, C] = [
  "5f7b5e6c-7d43-4d53-9c0e-0a2f6a5b7a11",
  "5f7b5e6c-7d43-4d53-9c0e-0a2f6a5b7a12",
  "5f7b5e6c-7d43-4d53-9c0e-0a2f6a5b7a13",
];

const WHOLE = PlanQuestion.parse({
  ...{ goal: "minimal-set", budgetCents: 12_000_050, must: [A], without: [B], exclusive: [[A, C]], sure: true },
  skills: [{ skill: "controls, 50 % of a day: senior", hours: 12.5 }],
  hours: [{ useCaseId: A, skill: "controls, 50 % of a day: senior", hours: 3 }],
  targets: [{ kpiId: C, atLeast: 0.25 }],
});

test("a question comes back from its address as it was, names with separators too", () => {
  expect(questionAt(addressOf(WHOLE))).toEqual(WHOLE);
  expect(addressOf(WHOLE)).toMatchObject({ budget: "120000.5", must: A, out: B, one: `${A}.${C}`, sure: "1" });
});

test("nothing asked leaves the address empty", () => {
  expect(Object.values(addressOf(NO_QUESTION)).every((part) => part === null)).toBe(true);
  expect(questionAt({})).toEqual(NO_QUESTION);
});

test.each([
  ["a budget that is no number", { budget: "lots" }],
  ["a use case that is none", { must: "x,y" }],
  ["hours that are missing", { skill: "controls" }],
  ["a goal that nobody knows", { goal: "wings" }],
])("%s is left out, and the rest is read", (_, wrong) => {
  expect(questionAt({ ...wrong, out: B })).toEqual({ ...NO_QUESTION, without: [B] });
});

test("a group of one is kept in the address and asks nothing yet", () => {
  expect(groupsAt({ one: `${A},${B}.${C}` })).toEqual([[A], [B, C]]);
  expect(questionAt({ one: `${A},${B}.${C}` }).exclusive).toEqual([[B, C]]);
});

test("the same question has the same hash in whatever order it is asked, another one another", () => {
  const hash = (more: object) => questionHash(PlanQuestion.parse(more));
  expect(hash({ must: [A, B] })).toBe(hash({ must: [B, A] }));
  expect(hash({ exclusive: [[A, B]] })).toBe(hash({ exclusive: [[B, A]] }));
  expect(new Set([hash({}), hash({ must: [A] }), hash({ without: [A] }), hash({ budgetCents: 0 })]).size).toBe(4);
});
