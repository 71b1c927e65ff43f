import { expect, test } from "vitest";
import { USE_CASE_COLUMNS, type UseCaseRow } from "./domain/use-case-rows";
import { USE_CASE_HEADER, useCaseLine } from "./domain/use-case-line";
import { MOST_ROWS } from "./csv-table";
import { readUseCaseCsv } from "./use-case-csv";

const SCRAP: UseCaseRow = {
  title: "Less scrap, at “press 3”",
  figures: {
    currency: "EUR",
    benefitCentsPerDay: { low: 1_050, mode: 20_000, high: 45_001 },
    adoption: { low: 0.4, mode: 0.8, high: 1 },
    technicalProbability: { low: 0.5, mode: 0.7, high: 0.9 },
    oneOffCents: { low: 0, mode: 1_000_000, high: 2_000_000 },
    runCentsPerDay: { low: 100, mode: 200, high: 300 },
    rampDays: 30,
    shape: "triangular",
  },
};
const bytes = (text: string) => new TextEncoder().encode(text);
const header = USE_CASE_COLUMNS.join(",");
const GOOD = "Less scrap,EUR,10.50,200,450.01,0.4,0.8,1,0.5,0.7,0.9,0,10000,20000,1,2,3,30,";

test("what is written comes back as it went, formulas and all", () => {
  const evil = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "＝1+1", "'quoted", 'a "b"; c'].map((title) => ({
    ...SCRAP,
    title,
  }));
  const all = [SCRAP, ...evil, { title: "Nobody estimated it", figures: null }];
  const text = [USE_CASE_HEADER, ...all.map(useCaseLine)].join("");
  expect(text).not.toMatch(/(^|,|")[=+@]/m);
  expect(readUseCaseCsv(bytes(text))).toEqual({
    useCases: all.map((useCase, index) => ({ row: index + 2, useCase })),
    faults: [],
  });
});

test("a byte order mark, semicolons, another order of columns and empty lines are no faults", () => {
  const swapped = [...USE_CASE_COLUMNS].reverse().join(";");
  const row = GOOD.split(",").reverse().join(";");
  const { useCases, faults } = readUseCaseCsv(bytes(`\uFEFF${swapped}\r\n\r\n${row}\r\n`));
  expect(faults).toEqual([]);
  expect(useCases[0]?.useCase).toMatchObject({
    title: "Less scrap",
    figures: { benefitCentsPerDay: { low: 1_050, mode: 20_000, high: 45_001 } },
  });
});

test("a file from before estimates had a spread means PERT; a spread is read whatever its case", () => {
  const before = [header.replace(/,spread$/, ""), GOOD.replace(/,$/, "")].join("\n");
  expect(readUseCaseCsv(bytes(before)).useCases[0]?.useCase.figures?.shape).toBe("pert");
  const [read] = readUseCaseCsv(bytes([header, `${GOOD}Triangular`].join("\n"))).useCases;
  expect(read?.useCase.figures?.shape).toBe("triangular");
});

test("good rows go in, and every wrong cell of the others is named with its row, column and reason", () => {
  const rows = [
    GOOD,
    "Late,EURO,x,200,100,0.4,0.8,1.5,0.5,0.7,0.9,0,1000.123,20000,1,2,3,-1,even",
    "Short,EUR,1",
    GOOD.replace("Less", "LESS"),
    GOOD.replace("Less scrap", "Decimals").replace("10.50", '"10,50"'),
    GOOD.replace("Less scrap", "Falling").replace("200,450.01", "200,100"),
  ];
  const { useCases, faults } = readUseCaseCsv(bytes([header, ...rows].join("\n")));
  expect(useCases.map(({ row }) => row)).toEqual([2]);
  expect(faults).toEqual([
    { row: 3, column: "currency", reason: "Use a three-letter currency code such as EUR." },
    { row: 3, column: "benefit_per_day_low", reason: "Enter a plain number without units or separators." },
    { row: 3, column: "adoption_high", reason: "Enter 1 or less." },
    { row: 3, column: "one_off_mode", reason: "Money has at most two decimals." },
    { row: 3, column: "ramp_days", reason: "Enter 0 or more; it cannot be negative." },
    { row: 3, column: "spread", reason: "Write pert or triangular, or leave it empty: pert." },
    { row: 4, column: "", reason: "This row has 3 cells; the header has 19." },
    { row: 5, column: "title", reason: "Row 2 has the same title." },
    { row: 6, column: "benefit_per_day_low", reason: "Write decimals with a point: 12.50." },
    { row: 7, column: "benefit_per_day_high", reason: "Low, mode and high must not fall." },
  ]);
});

test("what the form refuses, a row refuses at its column", () => {
  const titled = (title: string) => GOOD.replace("Less scrap", title);
  const free = titled("Free").replace("0,10000,20000,1,2,3", "0,10000,20000,0,2,3");
  const rows = [
    free,
    titled("Slow").replace(/30,$/, "999999999999999,"),
    titled("NUL\0"),
    titled('"Two\nlines"'),
    titled("a\u202Eb"),
    titled("\u200B"),
  ];
  const { useCases, faults } = readUseCaseCsv(bytes([header, ...rows].join("\n")));
  expect(useCases).toEqual([]);
  expect(faults.map(({ row, column, reason }) => `${row} ${column}: ${reason}`)).toEqual([
    expect.stringMatching(/^2 one_off_low: Enter a cost above 0/),
    "3 ramp_days: Enter 3650 or less.",
    "4 title: Use one line of text, without control characters. Type it rather than paste it.",
    "5 title: Use one line of text, without control characters. Type it rather than paste it.",
    "6 title: Use one line of text, without control characters. Type it rather than paste it.",
    "7 title: Give it a title. Type at least one character that can be seen.",
  ]);
});

test.each<[string, Uint8Array, RegExp]>([
  ["broken encoding", new Uint8Array([...bytes(`${header}\nGr`), 0xfc, 0x6e]), /not UTF-8/],
  ["nothing", new Uint8Array(), /empty/],
  ["no header", bytes(GOOD), /columns are missing: title/],
  ["a column twice", bytes(`${header},title\n${GOOD},x`), /title is there twice/],
  ["a cell of ten megabytes", bytes(`${header}\n"${"x".repeat(10_000_000)}",EUR`), /longer than 20000/],
  ["a quotation mark that never ends", bytes(`${header}\n"Less scrap,EUR`), /quotation mark/],
  ["too many rows", bytes(`${header}\n${`${GOOD}\n`.repeat(MOST_ROWS + 1)}`), /At most 5000 rows/],
])("%s: one clear fault and nothing half read", (_name, file, reason) => {
  const { useCases, faults } = readUseCaseCsv(file);
  expect(useCases).toEqual([]);
  expect(faults).toEqual([{ row: expect.any(Number), column: "", reason: expect.stringMatching(reason) }]);
});
