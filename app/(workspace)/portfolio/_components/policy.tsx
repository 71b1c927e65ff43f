"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import { previewWords } from "@/server/value/domain/policy-preview";
import type { Weights } from "@/server/value/domain/score";
import type { ValuePolicy } from "@/server/value/domain/standing";
import { centsOf, figureShown, numberTyped } from "@/server/value/domain/typed-figures";
import type { PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import styles from "./portfolio.module.css";

const PARTS: readonly { part: keyof Weights; label: string }[] = [
  { part: "value", label: "90-day return" },
  { part: "readiness", label: "Readiness" },
  { part: "kpiClarity", label: "KPI clarity" },
  { part: "sponsorship", label: "Sponsorship" },
];

/** The budget and the weights. What another policy would move is shown before it is saved; saved, it is another version. */
export function Policy({ policy, rows }: { policy: ValuePolicy; rows: readonly PortfolioRow[] }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [weights, setWeights] = useState<Weights>(policy.weights);
  const [rankedBy, setRankedBy] = useState(policy.rankedBy);
  const [discountRate, setDiscountRate] = useState(policy.discountRate);
  const save = useMutation(
    trpc.value.savePolicy.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
    }),
  );
  const refusal = refusalOf(save.error);
  return (
    <FormButton
      label="Policy"
      title="How the portfolio is ranked"
      verb="Save as a new version"
      waits={save.isPending}
      refusal={refusal}
      fields={[
        "currency",
        "budgetCents",
        "discountRate",
        "rankedBy",
        "why",
        ...PARTS.map(({ part }) => `weights.${part}`),
      ]}
      onOpen={() => {
        save.reset();
        setWeights(policy.weights);
        setRankedBy(policy.rankedBy);
        setDiscountRate(policy.discountRate);
      }}
      onSend={(typed, close) =>
        save.mutate(
          {
            ...{ version: policy.version, weights, rankedBy, why: textOf(typed, "why") },
            currency: textOf(typed, "currency").trim().toUpperCase(),
            budgetCents: centsOf(numberTyped(textOf(typed, "budgetCents"))),
            discountRate,
          },
          {
            onSuccess: ({ version }) => {
              toast(`Policy ${version} holds from now on`);
              close();
            },
          },
        )
      }
    >
      <div className={styles.ends}>
        <TextField
          label="Budget"
          name="budgetCents"
          required
          inputMode="decimal"
          autoComplete="off"
          maxLength={20}
          defaultValue={figureShown(policy.budgetCents, true)}
          refusal={refusal}
        />
        <TextField
          label="Currency"
          name="currency"
          required
          autoComplete="off"
          maxLength={3}
          defaultValue={policy.currency}
          refusal={refusal}
        />
        <TextField
          label="Discount, % a year"
          name="discountRate"
          required
          inputMode="decimal"
          autoComplete="off"
          maxLength={6}
          defaultValue={figureShown(policy.discountRate, false)}
          onChange={(event) => setDiscountRate(numberTyped(event.target.value) / 100)}
          refusal={refusal}
        />
      </div>
      <SelectField
        label="Ranked by"
        name="rankedBy"
        value={rankedBy}
        onChange={(event) => setRankedBy(event.target.value === "value" ? "value" : "score")}
        refusal={refusal}
      >
        <option value="value">Net value per unit of money that it takes</option>
        <option value="score">The score</option>
      </SelectField>
      {PARTS.map(({ part, label }) => (
        <TextField
          key={part}
          label={`${label}: ${weights[part]} of 100 points`}
          name={`weights.${part}`}
          type="range"
          min={0}
          max={100}
          step={5}
          value={weights[part]}
          onChange={(event) => setWeights({ ...weights, [part]: event.target.valueAsNumber })}
          refusal={refusal}
        />
      ))}
      <p role="status">{previewWords(rows, policy, { ...policy, weights, rankedBy, discountRate })}</p>
      <TextField
        label="Why it changes"
        name="why"
        required
        maxLength={500}
        autoComplete="off"
        hint="It stands in the audit log with your name."
        refusal={refusal}
      />
    </FormButton>
  );
}
