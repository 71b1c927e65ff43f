import { expect, test } from "vitest";
import { agesWhenShown } from "./draws";

test("a reading counts from its sensor time to the first draw of it or of a newer one", () => {
  const draws = [
    { atMs: 1_400, tsMs: 1_100 },
    { atMs: 2_100, tsMs: 1_300 },
  ];
  // 1,000 was never drawn itself: the draw of 1,100 overtook it.
  expect(agesWhenShown([1_000, 1_100, 1_200, 1_300], draws)).toEqual([400, 300, 900, 800]);
});

test("a reading that nothing overtook is not left out", () => {
  expect(agesWhenShown([1_000, 1_100], [{ atMs: 1_200, tsMs: 1_000 }])).toEqual([200, Infinity]);
});
