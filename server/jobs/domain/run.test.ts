import { expect, test } from "vitest";
import { countSlices, ExportReadings, slicesOf } from "./run";

const DAY = 86_400_000;

test.each([
  ["inside of a day", 5, 10, 1],
  ["over midnight", DAY - 1, DAY + 1, 2],
  ["whole days", 0, 2 * DAY, 2],
  ["a day and a bit", 10, DAY + 1, 2],
])("%s: pieces end at midnight, leave nothing out and are counted", (_, fromMs, toMs, n) => {
  const pieces = [...slicesOf({ streamIds: [7], fromMs, toMs })];
  expect(pieces.length).toBe(n);
  expect(countSlices({ streamIds: [7, 8], fromMs, toMs })).toBe(2 * n);
  expect([pieces[0]?.fromMs, pieces.at(-1)?.toMs]).toEqual([fromMs, toMs]);
  for (const [i, piece] of pieces.entries()) if (i > 0) expect(piece.fromMs).toBe(pieces[i - 1]?.toMs);
});

test.each([
  [{ streamIds: [], fromMs: 0, toMs: 1 }, "streamIds"],
  [{ streamIds: [1, 1], fromMs: 0, toMs: 1 }, "streamIds"],
  [{ streamIds: [1], fromMs: 1, toMs: 1 }, "toMs"],
  [{ streamIds: [1], fromMs: 0, toMs: 4_000 * DAY }, "toMs"],
  [{ streamIds: [1], fromMs: 0, toMs: Number.NaN }, "toMs"],
])("%o is refused at its field", (input, field) => {
  expect(ExportReadings.safeParse(input).error?.issues[0]?.path[0]).toBe(field);
});
