import { expect, test } from "vitest";
import { effectsOf, hoursShown, hoursTyped } from "./ways";

test("an effect of a way wins over the one that holds however it is done", () => {
  const effects = [
    { kpiId: "a", option: null, mode: 1 },
    { kpiId: "b", option: null, mode: 2 },
    { kpiId: "a", option: 2, mode: 9 },
  ];
  expect(effectsOf(effects, 1).map(({ mode }) => mode)).toEqual([1, 2]);
  expect(effectsOf(effects, 2).map(({ mode }) => mode)).toEqual([2, 9]);
});

test.each([
  [
    "controls 40, data science 12.5",
    [
      { skill: "controls", hours: 40 },
      { skill: "data science", hours: 12.5 },
    ],
  ],
  ["", []],
  ["controls", [{ skill: "controls", hours: Number.NaN }]],
  ["controls -3", [{ skill: "controls", hours: -3 }]],
])("hours typed as %j", (text, hours) => {
  expect(hoursTyped(text)).toEqual(hours);
});

test("hours are shown as they can be typed again", () => {
  expect(hoursShown({ controls: 40, "data science": 12 })).toBe("controls 40, data science 12");
});
