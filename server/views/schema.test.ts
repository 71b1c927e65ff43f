import { expect, test } from "vitest";
import { SaveView } from "./schema";

const view = { page: "fleet", name: "Offline", query: "show=offline" };

test.each([
  ["W01 only blanks", { name: "   " }, "Give the view a name."],
  ["W01 characters without width", { name: "\u200B\u200D" }, "Give the view a name."],
  ["W02 ten thousand emoji", { name: "\u{1F600}".repeat(10_000) }, "at most 80"],
  ["W04 too long", { name: "x".repeat(81) }, "at most 80"],
  ["W04 letters with a hundred marks", { name: `Z${"\u0335".repeat(100)}` }, "at most 80"],
  ["W06 a word that turns the text around", { name: "gpj.\u202Eexe" }, "one line"],
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

test.each([
  ["W03 a family of one character in several", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}"],
  ["W07 letters that look like others", "\u0410dmin"],
  ["W09 markup", "<script>alert(1)</script>"],
  ["W10 markup with a handler", "<img onerror=x>"],
  ["W12 a link in Markdown", "[here](javascript:alert(1))"],
  ["W13 a template", "{{7*7}}"],
  ["W14 another template", "${x}"],
])("%s is text like any other, and kept as it was typed", (_, name) => {
  expect(SaveView.parse({ ...view, name }).name).toBe(name);
});
