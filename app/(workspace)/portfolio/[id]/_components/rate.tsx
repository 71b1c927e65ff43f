"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type FieldRefusal, SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import type { Rating } from "@/server/value/domain/rating";
import { numberTyped } from "@/server/value/domain/typed-figures";
import type { PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import styles from "../../_components/portfolio.module.css";

/** Steps of the scale with their words, the highest first. */
const RICE_IMPACT = [
  [3, "3: massive"],
  [2, "2: high"],
  [1, "1: medium"],
  [0.5, "0.5: low"],
  [0.25, "0.25: minimal"],
] as const;
const RICE_CONFIDENCE = [
  [1, "100 %: measured"],
  [0.8, "80 %: some evidence"],
  [0.5, "50 %: a guess"],
] as const;

/** What each number means, so that two people who rate mean the same. */
const NUMBERS = {
  rice: [
    ["reach", "Reach", "How many it touches in a period."],
    ["effortPersonMonths", "Effort, person-months", "Of everybody who works on it."],
  ],
  ice: [
    ["impact", "Impact, 1 to 10", "10: it changes the year's result."],
    ["confidence", "Confidence, 1 to 10", "10: measured here. 5: seen elsewhere. 1: nobody knows."],
    ["ease", "Ease, 1 to 10", "10: done in a week. 1: a year or more."],
  ],
  wsjf: [
    ["businessValue", "Business value, points", "Against the others in this list."],
    ["timeCriticality", "Time criticality, points", "How fast that value decays."],
    ["riskReduction", "Risk reduction, points", "And what it makes possible."],
    ["jobSize", "Job size, points", "The smallest job of the list is 1."],
    ["durationWeeks", "Duration, weeks", "From start to go-live: cost of delay is divided by it."],
  ],
} as const;

const FIELDS = [
  ...Object.entries(NUMBERS).flatMap(([method, fields]) => fields.map(([field]) => `rating.${method}.${field}`)),
  "rating.rice.reachUnit",
  "rating.rice.impact",
  "rating.rice.confidence",
  "rating.ice.rule",
];

/** Rates a use case on the scales of RICE, ICE and WSJF; a method whose fields stay empty is left out. */
export function Rate({ row, rating }: { row: PortfolioRow; rating: Rating | null }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const rate = useMutation(
    trpc.value.rate.mutationOptions({ onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }) }),
  );
  const refusal = refusalOf(rate.error);
  return (
    <FormButton
      label={rating ? "Rate again" : "Rate"}
      name={`Rate ${row.title}`}
      size="small"
      title={`What you think of ${row.title}`}
      verb="Save the rating"
      waits={rate.isPending}
      refusal={refusal}
      fields={[...FIELDS, "why"]}
      onOpen={() => rate.reset()}
      onSend={(typed, close) =>
        rate.mutate(
          { id: row.id, version: row.version, rating: ratingTyped(typed), why: textOf(typed, "why") },
          { onSuccess: close },
        )
      }
    >
      <Method name="RICE" about="Reach · impact · confidence / effort. Leave it empty where nobody uses it.">
        <Numbers method="rice" values={rating?.rice ?? null} refusal={refusal} />
        <TextField
          label="Reached, per period"
          name="rating.rice.reachUnit"
          placeholder="machines/mo"
          autoComplete="off"
          maxLength={60}
          defaultValue={rating?.rice?.reachUnit ?? ""}
          refusal={refusal}
        />
        <Steps
          label="Impact"
          name="rating.rice.impact"
          steps={RICE_IMPACT}
          value={rating?.rice?.impact}
          refusal={refusal}
        />
        <Steps
          label="Confidence"
          name="rating.rice.confidence"
          steps={RICE_CONFIDENCE}
          value={rating?.rice?.confidence}
          refusal={refusal}
        />
      </Method>
      <Method name="ICE" about="Impact, confidence and ease, multiplied or as their mean: the two rank differently.">
        <Numbers method="ice" values={rating?.ice ?? null} refusal={refusal} />
        <SelectField
          label="Rule"
          name="rating.ice.rule"
          defaultValue={rating?.ice?.rule ?? "product"}
          refusal={refusal}
        >
          <option value="product">multiplied</option>
          <option value="mean">mean</option>
        </SelectField>
      </Method>
      <Method name="WSJF" about="(Business value + time criticality + risk reduction) / job size, in relative points.">
        <Numbers method="wsjf" values={rating?.wsjf ?? null} refusal={refusal} />
      </Method>
      <TextField label="Why" name="why" maxLength={500} autoComplete="off" refusal={refusal} />
    </FormButton>
  );
}

function Method({ name, about, children }: { name: string; about: string; children: ReactNode }) {
  return (
    <fieldset className={styles.triple}>
      <legend>{name}</legend>
      <span className="muted">{about}</span>
      <div className={styles.ends}>{children}</div>
    </fieldset>
  );
}

function Numbers({
  method,
  values,
  refusal,
}: {
  method: keyof typeof NUMBERS;
  values: object | null;
  refusal: FieldRefusal | null;
}) {
  const known = new Map<string, unknown>(Object.entries(values ?? {}));
  return NUMBERS[method].map(([field, label, hint]) => (
    <TextField
      key={field}
      label={label}
      hint={hint}
      name={`rating.${method}.${field}`}
      inputMode="decimal"
      autoComplete="off"
      maxLength={12}
      defaultValue={known.has(field) ? String(known.get(field)) : ""}
      refusal={refusal}
    />
  ));
}

function Steps({
  label,
  name,
  steps,
  value,
  refusal,
}: {
  label: string;
  name: string;
  steps: readonly (readonly [number, string])[];
  value: number | undefined;
  refusal: FieldRefusal | null;
}) {
  return (
    <SelectField label={label} name={name} defaultValue={value === undefined ? "" : String(value)} refusal={refusal}>
      <option value="">choose</option>
      {steps.map(([step, means]) => (
        <option key={step} value={step}>
          {means}
        </option>
      ))}
    </SelectField>
  );
}

/** What was typed; a method of which no number was typed is null, and what cannot be read is NaN, which is refused at its field. */
function ratingTyped(typed: FormData): Rating {
  const text = (field: string) => textOf(typed, `rating.${field}`).trim();
  const number = (field: string) => numberTyped(text(field));
  const isUsed = (method: keyof typeof NUMBERS) => NUMBERS[method].some(([field]) => text(`${method}.${field}`) !== "");
  return {
    rice: isUsed("rice")
      ? {
          reach: number("rice.reach"),
          reachUnit: text("rice.reachUnit"),
          impact: number("rice.impact"),
          confidence: number("rice.confidence"),
          effortPersonMonths: number("rice.effortPersonMonths"),
        }
      : null,
    ice: isUsed("ice")
      ? {
          impact: number("ice.impact"),
          confidence: number("ice.confidence"),
          confidenceScale: "points",
          ease: number("ice.ease"),
          rule: text("ice.rule") === "mean" ? "mean" : "product",
        }
      : null,
    wsjf: isUsed("wsjf")
      ? {
          businessValue: number("wsjf.businessValue"),
          timeCriticality: number("wsjf.timeCriticality"),
          riskReduction: number("wsjf.riskReduction"),
          jobSize: number("wsjf.jobSize"),
          durationWeeks: number("wsjf.durationWeeks"),
        }
      : null,
  };
}
