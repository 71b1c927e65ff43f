import { expect, test } from "vitest";
import { changedSentence, changeWords, placesWon, sinceWords } from "./changes";

const NOW = Date.UTC(2026, 10, 28, 12); // a Saturday
const HOUR = 3_600_000;
const change = { useCaseId: "a", says: "Moved", atMs: NOW };

test.each([
  ["today", NOW - 2 * HOUR, "11:00"],
  ["a day of this week", NOW - 48 * HOUR, "Thursday"],
  ["so long ago that the name of the day says nothing", NOW - 7 * 24 * HOUR, "21 November"],
  ["yesterday, though less than a day ago", NOW - 14 * HOUR, "Friday"],
])("a moment is said as people say it: %s", (_, ms, words) => {
  expect(sinceWords(ms, NOW, "Europe/Paris")).toBe(words);
});

test("the sentence after the verdict counts use cases, and says nothing on a first visit", () => {
  const since = { sinceMs: NOW - 48 * HOUR, ranks: {}, changes: [change, { ...change, useCaseId: "b" }] };
  expect(changedSentence(since, NOW, "UTC")).toBe("2 use cases changed since Thursday.");
  expect(changedSentence({ ...since, changes: [] }, NOW, "UTC")).toBe("Nobody changed a use case since Thursday.");
  expect(changedSentence({ sinceMs: null, ranks: {}, changes: [] }, NOW, "UTC")).toBe("");
});

test("the newest change is said with who made it, and how many came before", () => {
  const row = { action: "use-case.move", after: { stage: "pilot", why: "" }, who: "Elena", times: 3 };
  expect(changeWords(row)).toBe("Moved to S2 Pilot, by Elena, and 2 more");
  expect(changeWords({ ...row, times: 1 })).toBe("Moved to S2 Pilot, by Elena");
});

test("places are won and lost between two ranks, and nobody can say so of what had none", () => {
  expect([placesWon(4, 2), placesWon(2, 4), placesWon(undefined, 1), placesWon(1, null)]).toEqual([2, -2, 0, 0]);
});
