import { z } from "zod";
import { oneLine, TURNS_TEXT } from "@/server/core/domain/one-line";
import { estimateFaults, SHAPES } from "./domain/estimate";
import type { Fault } from "./domain/fault";
import { definitionFaults, SOURCES, STATS } from "./domain/kpi";
import { Hours, Skill } from "./domain/skill-hours";
import { weightsFaults } from "./domain/score";
import { SHOWN_INTAKES, SHOWN_STAGES, STAGES } from "./domain/stages";
import { figuresFaults } from "./domain/use-case-figures";
import { UseCaseTitle } from "./domain/use-case-title";

/** Some lines of text, or none. */
export const words = (max: number) =>
  z
    .string()
    .max(max, `E_LENGTH: Use at most ${max} characters. | Shorten it, or put the rest where it can be linked to.`)
    .transform((text) => text.normalize("NFC").trim())
    .pipe(
      z
        .string()
        .refine(
          (text) => !/[^\P{Cc}\n\t]|\p{Cs}/u.test(text) && !TURNS_TEXT.test(text),
          "E_TEXT: Use plain text. | Type it rather than paste it.",
        ),
    );

export const Why = oneLine("E_REQUIRED: Say why, in a sentence.", 500);

/** Beyond this a figure is a slip of the keyboard or a wrong unit, and sums of it lose whole units. */
const MOST = 1e12;
const Amount = z
  .number()
  .refine(
    (value) => Math.abs(value) <= MOST,
    "E_RANGE: Enter a number from −1,000,000,000,000 to 1,000,000,000,000. | Look at the unit; choose a larger one where the figure is right.",
  );

const Estimate = z.strictObject({ low: Amount, mode: Amount, high: Amount });

/** Each fault of the domain at its own field; the code goes before the sentence, as every refusal says it. */
export function say(faults: readonly Fault[], context: z.core.$RefinementCtx): void {
  for (const { field, code, hint } of faults) {
    context.addIssue({ code: "custom", path: field.split("."), message: `E_${code.toUpperCase()}: ${hint}` });
  }
}

/** What somebody thinks a use case brings and costs; money in cents. */
export const Figures = z
  .strictObject({
    currency: z.string().max(3),
    benefitCentsPerDay: Estimate,
    adoption: Estimate,
    technicalProbability: Estimate,
    oneOffCents: Estimate,
    runCentsPerDay: Estimate,
    rampDays: z.number(),
    shape: z.enum(SHAPES).optional(),
  })
  .superRefine((figures, context) => say(figuresFaults(figures), context));

export const ProposeUseCase = z.strictObject({
  title: UseCaseTitle,
  summary: words(500).default(""),
  /** whose it is; left out: the team of whoever proposes, where there is only one */
  teamId: z.uuid().optional(),
  figures: Figures.nullable().default(null),
});
export type ProposeUseCase = z.infer<typeof ProposeUseCase>;

/** `version` is the one that was seen: who changed it meanwhile is not overwritten. */
export const SEEN = { id: z.uuid(), version: z.int().positive() };

/** Number of a way to do a use case. */
const Option = z.int().positive();

export const EstimateUseCase = z.strictObject({
  ...SEEN,
  figures: Figures,
  why: words(500).default(""),
  /** the way that is estimated; left out: the chosen one */
  option: Option.optional(),
});
export type EstimateUseCase = z.infer<typeof EstimateUseCase>;

/** Bytes of a file that fits into one request, as base64. */
const LONGEST_FILE = 950_000;

/** A file's bytes, base64: what encoding they are in is for the server to judge. */
const FileBytes = z
  .string()
  .max(LONGEST_FILE, "E_RANGE: The file is larger than 700 KB. Split it.")
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, "E_VALUE: Send the file as base64.");

export const ImportUseCases = z.strictObject({
  file: FileBytes,
  /** whose they become; left out: the team of whoever imports, where there is only one */
  teamId: z.uuid().optional(),
  /** takes the good rows where others are wrong; otherwise nothing goes in then */
  onlyGood: z.boolean().default(false),
});
export type ImportUseCases = z.infer<typeof ImportUseCases>;

/** Which rows of a list of what people decided: those of one team, or all that may be seen. */
export const OfTeam = z.strictObject({ team: z.uuid().nullable().default(null) });

export const ExportUseCases = z.strictObject({
  q: z.string().trim().max(100).default(""),
  show: z.enum(SHOWN_INTAKES).default("open"),
  stage: z.enum(SHOWN_STAGES).default("all"),
  team: z.uuid().nullable().default(null),
});
export type ExportUseCases = z.infer<typeof ExportUseCases>;

export const TriageUseCase = z.discriminatedUnion("to", [
  z.strictObject({ ...SEEN, to: z.literal("accepted"), why: words(500).default("") }),
  z.strictObject({ ...SEEN, to: z.literal("pending"), why: words(500).default("") }),
  z.strictObject({ ...SEEN, to: z.literal("rejected"), why: Why }),
  z.strictObject({ ...SEEN, to: z.literal("snoozed"), why: words(500).default(""), days: z.int().min(1).max(366) }),
  z.strictObject({ ...SEEN, to: z.literal("duplicate"), why: words(500).default(""), of: z.uuid() }),
]);
export type TriageUseCase = z.infer<typeof TriageUseCase>;

export const Cents = z
  .number()
  .refine((cents) => Number.isSafeInteger(cents), "E_NOT_A_NUMBER: Enter an amount with at most two decimals.")
  .refine((cents) => !(cents < 0), "E_NEGATIVE: Enter 0 or more; it cannot be negative.");

export const SetPeople = z.strictObject({ ...SEEN, ownerId: z.uuid().nullable(), sponsorId: z.uuid().nullable() });
export type SetPeople = z.infer<typeof SetPeople>;

export const ConfirmRole = z.strictObject({ ...SEEN, as: z.enum(["owner", "sponsor"]) });
export type ConfirmRole = z.infer<typeof ConfirmRole>;

/** One provider of a capability; without a thing it is what is still to be found. `slot` names the model on a node. */
const Need = z
  .strictObject({
    capability: oneLine("E_REQUIRED: Name what it needs, such as vibration.", 100),
    streamId: z.int().positive().nullable().default(null),
    deviceId: z.int().positive().nullable().default(null),
    nodeId: z.string().min(1).max(64).nullable().default(null),
    slot: z.string().min(1).max(64).nullable().default(null),
    costCents: Cents.default(0),
    /** the way that needs it; null: needed however it is done */
    option: Option.nullable().default(null),
    /** work that having it takes, once however many share it */
    skill: Skill.nullable().default(null),
    hours: Hours.nullable().default(null),
  })
  .superRefine(({ skill, hours }, context) => {
    if (skill !== null && hours === null)
      context.addIssue({ code: "custom", path: ["hours"], message: "E_REQUIRED: Enter the hours of this skill." });
    if (skill === null && hours !== null)
      context.addIssue({
        code: "custom",
        path: ["skill"],
        message: "E_REQUIRED: Name the skill that takes these hours.",
      });
  })
  .superRefine(({ streamId, deviceId, nodeId, slot }, context) => {
    const things = [streamId, deviceId, nodeId].filter((thing) => thing !== null).length;
    if (things > 1 || (slot !== null && nodeId === null))
      context.addIssue({ code: "custom", path: ["capability"], message: "E_VALUE: One row names one thing." });
  });
export type Need = z.infer<typeof Need>;

export const SetNeeds = z.strictObject({
  ...SEEN,
  needs: z
    .array(Need)
    .max(200, "E_RANGE: At most 200 rows; a use case that needs more is more than one.")
    .superRefine((needs, context) => {
      const seen = new Map<string, number>();
      for (const [index, { costCents: _, skill: __, hours: ___, ...need }] of needs.entries()) {
        const key = JSON.stringify({ ...need, capability: need.capability.toLowerCase() });
        const before = seen.get(key);
        seen.set(key, before ?? index);
        if (before === undefined) continue;
        const message = `E_DUPLICATE: Row ${before + 1} says the same; remove one.`;
        context.addIssue({ code: "custom", path: [index, "capability"], message });
      }
    }),
});
export type SetNeeds = z.infer<typeof SetNeeds>;

export const MoveStage = z.strictObject({ ...SEEN, to: z.enum(STAGES), why: words(500).default("") });
export type MoveStage = z.infer<typeof MoveStage>;

/** `cents` null takes the commitment back. */
export const CommitMoney = z.strictObject({ ...SEEN, cents: Cents.nullable(), why: words(500).default("") });
export type CommitMoney = z.infer<typeof CommitMoney>;

export const ReviewUseCase = z.strictObject({
  ...SEEN,
  objections: z.array(oneLine("E_REQUIRED: Say what speaks against it.", 300)).max(20),
});
export type ReviewUseCase = z.infer<typeof ReviewUseCase>;

export const THING_KINDS = ["stream", "device", "node", "model"] as const;
export const FindThings = z.strictObject({
  q: z.string().trim().max(100).default(""),
  /** left out: of every kind */
  kinds: z.array(z.enum(THING_KINDS)).min(1).max(THING_KINDS.length).optional(),
});
export type FindThings = z.infer<typeof FindThings>;

export const SavePolicy = z
  .strictObject({
    /** the version that was seen; 0 before anybody decided */
    version: z.int().nonnegative(),
    currency: z.string().regex(/^[A-Z]{3}$/, "E_CURRENCY: Use a three-letter currency code such as EUR."),
    budgetCents: Cents,
    /** per year */
    discountRate: z.number().refine((rate) => rate >= 0 && rate <= 1, "E_RANGE: Enter 0 to 100 % a year."),
    weights: z.strictObject({
      value: z.number(),
      readiness: z.number(),
      kpiClarity: z.number(),
      sponsorship: z.number(),
    }),
    rankedBy: z.enum(["value", "score"]),
    why: Why,
  })
  .superRefine(({ weights }, context) => say(weightsFaults(weights), context));
export type SavePolicy = z.infer<typeof SavePolicy>;

const Definition = z
  .strictObject({
    unit: z.string().min(1, "E_REQUIRED: Enter a UCUM unit, such as kW.h or %.").max(32),
    direction: z.enum(["up", "down", "band"]),
    bandLow: Amount.nullable().default(null),
    bandHigh: Amount.nullable().default(null),
    source: z.enum(SOURCES),
    streamId: z.int().positive().nullable().default(null),
    nodeId: z.string().max(63).nullable().default(null),
    deviceId: z.int().positive().nullable().default(null),
    stat: z.enum(STATS).nullable().default(null),
    timeZone: z.string().max(64),
    fromMinute: z.number(),
    toMinute: z.number(),
    dueEveryS: z.int("E_NOT_A_NUMBER: Enter a number of minutes.").nullable().default(null),
    minCoverage: z.number(),
    maxStaleS: z.number(),
    isAdditive: z.boolean(),
    valueCents: Estimate,
    currency: z.string().max(3),
  })
  .superRefine((definition, context) => say(definitionFaults(definition), context))
  .transform((kpi) => (kpi.source === "stream" ? kpi : { ...kpi, streamId: null, stat: null }))
  .transform((kpi) => (kpi.source === "device" ? kpi : { ...kpi, nodeId: null, deviceId: null }))
  .transform((kpi) => (kpi.direction === "band" ? kpi : { ...kpi, bandLow: null, bandHigh: null }));

/** Neither before anything that this plant could have measured, nor after anybody who will be asked about it. */
const [FIRST_DAY, LAST_DAY] = ["2000-01-01", "2100-12-31"];
export const Day = z.iso
  .date("E_DATE: Choose a day. | Write it as year, month and day: 2026-06-30.")
  .refine(
    (day) => day >= FIRST_DAY && day <= LAST_DAY,
    `E_RANGE: Choose a day from ${FIRST_DAY} to ${LAST_DAY}. | Look at the year.`,
  );

export const AddKpi = z.strictObject({
  name: oneLine("E_REQUIRED: Give the KPI a name.", 100),
  /** whose it is; left out: the team of whoever adds it, where there is only one */
  teamId: z.uuid().optional(),
  ownerId: z.uuid().nullable().default(null),
  definition: Definition,
});
export type AddKpi = z.infer<typeof AddKpi>;

export const ReviseKpi = z.strictObject({
  ...SEEN,
  ownerId: z.uuid().nullable().default(null),
  definition: Definition,
  why: Why,
});
export type ReviseKpi = z.infer<typeof ReviseKpi>;

export const ApproveKpi = z.strictObject(SEEN);
export type ApproveKpi = z.infer<typeof ApproveKpi>;

export const EnterKpiValue = z.strictObject({ ...SEEN, day: Day, value: Amount });
export type EnterKpiValue = z.infer<typeof EnterKpiValue>;

export const ImportKpiValues = z.strictObject({ ...SEEN, file: FileBytes });
export type ImportKpiValues = z.infer<typeof ImportKpiValues>;

const MOST_KPIS = 10;
/** Ten KPIs, and of some what single ways promise otherwise. */
const MOST_EFFECTS = 30;

const OutcomeFields = {
  statement: oneLine("E_REQUIRED: Say what the business wants.", 300),
  ownerId: z.uuid("E_REQUIRED: Choose who answers for it."),
  horizon: Day,
  kpis: z
    .array(
      z
        .strictObject({ kpiId: z.uuid("E_REQUIRED: Choose a KPI."), baseline: Amount, target: Amount })
        .refine(({ baseline, target }) => baseline !== target, {
          path: ["target"],
          message: "E_RANGE: Enter a target that differs from the baseline.",
        }),
    )
    .max(MOST_KPIS, "E_RANGE: At most 10 KPIs; an outcome that needs more is more than one.")
    .superRefine((kpis, context) => sayTwice(kpis, context))
    .default([]),
};

/** A KPI that stands there twice is refused at its second row. */
function sayTwice(rows: readonly { kpiId: string; option?: number | null }[], context: z.core.$RefinementCtx): void {
  for (const [index, { kpiId, option }] of rows.entries()) {
    const before = rows.findIndex((row) => row.kpiId === kpiId && row.option === option);
    const message = `E_DUPLICATE: Row ${before + 1} is this KPI too; remove one.`;
    if (before < index) context.addIssue({ code: "custom", path: [index, "kpiId"], message });
  }
}

export const AddOutcome = z.strictObject({ ...OutcomeFields, teamId: z.uuid().optional() });
export type AddOutcome = z.infer<typeof AddOutcome>;

export const ChangeOutcome = z.strictObject({
  ...SEEN,
  ...OutcomeFields,
  state: z.enum(["draft", "active", "achieved", "missed", "retired"]),
});
export type ChangeOutcome = z.infer<typeof ChangeOutcome>;

export const SetEffects = z.strictObject({
  ...SEEN,
  effects: z
    .array(
      z
        .strictObject({
          kpiId: z.uuid("E_REQUIRED: Choose a KPI."),
          effect: Estimate,
          /** the way that promises it, in place of the row without one; null: promised however it is done */
          option: Option.nullable().default(null),
        })
        .superRefine(({ effect }, context) => say(estimateFaults("effect", effect), context)),
    )
    .max(MOST_EFFECTS, `E_RANGE: At most ${MOST_EFFECTS} rows.`)
    .superRefine((effects, context) => sayTwice(effects, context)),
});
export type SetEffects = z.infer<typeof SetEffects>;
