import { expect, test } from "vitest";
import { SaveView } from "./schema";

const view = { page: "fleet", name: "Offline", query: "show=offline" };

test.each([
  ["W01 only blanks", { name: "   " }, "Give the view a name."],
  ["W01 characters without width", { name: "\u200B\u200D" }, "Give the view a name."],
  ["W04 too long", { name: "x".repeat(81) }, "at most 80"],
  ["W08 NUL", { name: "a\u0000b" }, "one line"],
  ["W15 lone surrogate", { name: "a\uD800" }, "one line"],
  ["W16 line break", { name: "a\r\nb" }, "one line"],
  ["W11 a link as a query", { query: "javascript:alert(1) //" }, "not the query"],
  ["a second address", { query: "a=1?b=2" }, "not the query"],
  ["a query that is too long", { query: "q=".padEnd(2_001, "x") }, "too many filters"],
  ["a page that cannot be", { page: "../admin" }, "no such page"],
  ["T09 a field that nobody asked for", { ownerId: "somebody else" }, "Unrecognized key"],
])("%s is refused with a sentence", (_, more, sentence) => {
  expect(SaveView.safeParse({ ...view, ...more }).error?.issues[0]?.message).toContain(sentence);
});

test("W05 one name in two forms of Unicode is one name", () => {
  const names = ["Z\u00FCrich", "Zu\u0308rich"].map((name) => SaveView.parse({ ...view, name }).name);
  expect(names[0]).toBe(names[1]);
});

test("W09 markup is text like any other", () => {
  expect(SaveView.parse({ ...view, name: "<img onerror=x>" }).name).toBe("<img onerror=x>");
});
