import { expect, test } from "vitest";
import { leansOnWords, wordsOf } from "./easy-password";

const words = wordsOf("Ada Lovelace", "ada.lovelace@northwind.example", "Northwind Pumps");

test("words are those of names and addresses, but not what stands in any text", () => {
  expect(words).toEqual(["lovelace", "lovelace", "northwind", "example", "northwind", "pumps"]);
});

test.each(["lovelace2026!", "Northwind-Pumps-1", "throughline1", "Summer2026!!!", "AdminPassword1"])(
  "A07 %s is guessed by who knows where it is used",
  (password) => expect(leansOnWords(password, words)).toBe(true),
);

test.each(["correct horse battery staple", "the pumps of hall nine leak", "lovelace kept seven green parrots"])(
  "%s is more than that",
  (password) => expect(leansOnWords(password, words)).toBe(false),
);
