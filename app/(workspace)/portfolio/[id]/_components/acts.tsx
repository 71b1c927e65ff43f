"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import { STAGES, type Stage, stageName } from "@/server/value/domain/stages";
import type { ValuePolicy } from "@/server/value/domain/standing";
import { centsOf, figureShown, numberTyped } from "@/server/value/domain/typed-figures";
import type { EstimateRow, PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { useEstimateSheet } from "../../_components/estimate-sheet";

function useAgain() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return { onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }) };
}

/** A second thought about the figures; the first stays. */
export function Estimate({
  row,
  policy,
  latest,
  way,
}: {
  row: PortfolioRow;
  policy: ValuePolicy;
  latest: EstimateRow | null;
  /** the chosen one of several */
  way: { n: number; name: string } | null;
}) {
  const { reset, ...sheet } = useEstimateSheet(row, policy, latest, way);
  return <FormButton {...sheet} label={latest ? "Re-estimate" : "Estimate"} look="primary" onOpen={reset} />;
}

/** Moves it to another stage, with the reason. */
export function Move({ row }: { row: PortfolioRow }) {
  const move = useMutation(useTRPC().value.move.mutationOptions(useAgain()));
  const refusal = refusalOf(move.error);
  return (
    <FormButton
      label="Move"
      name={`Move ${row.title} to another stage`}
      title={`Move ${row.title}`}
      verb="Move it"
      waits={move.isPending}
      refusal={refusal}
      fields={["to", "why"]}
      onOpen={() => move.reset()}
      onSend={(typed, close) => {
        const to = STAGES.find((stage) => stage === textOf(typed, "to")) ?? row.stage;
        move.mutate({ id: row.id, version: row.version, to, why: textOf(typed, "why") }, { onSuccess: close });
      }}
    >
      <SelectField label="Stage" name="to" defaultValue={nextStage(row.stage)} refusal={refusal}>
        {STAGES.map((stage) => (
          <option key={stage} value={stage} disabled={stage === row.stage}>
            {stageName(stage)}
          </option>
        ))}
      </SelectField>
      <TextField label="Why" name="why" maxLength={500} autoComplete="off" refusal={refusal} />
    </FormButton>
  );
}

function nextStage(stage: Stage): Stage {
  return STAGES[STAGES.indexOf(stage) + 1] ?? "scale";
}

/** Approves its line of the budget. */
export function Commit({ row, policy: { currency } }: { row: PortfolioRow; policy: ValuePolicy }) {
  const commit = useMutation(useTRPC().value.commit.mutationOptions(useAgain()));
  const refusal = refusalOf(commit.error);
  const proposed = row.committedCents ?? row.standing.outlayCents;
  return (
    <FormButton
      label="Commit"
      name={`Commit money to ${row.title}`}
      title={`Money for ${row.title}`}
      verb="Save"
      waits={commit.isPending}
      refusal={refusal}
      fields={["cents", "why"]}
      onOpen={() => commit.reset()}
      onSend={(typed, close) => {
        const amount = textOf(typed, "cents").trim();
        const cents = amount === "" ? null : centsOf(numberTyped(amount));
        commit.mutate({ id: row.id, version: row.version, cents, why: textOf(typed, "why") }, { onSuccess: close });
      }}
    >
      <TextField
        label={`Amount, ${currency}`}
        name="cents"
        inputMode="decimal"
        autoComplete="off"
        maxLength={20}
        defaultValue={proposed === null ? "" : figureShown(proposed, true)}
        hint="Empty takes the commitment back."
        refusal={refusal}
      />
      <TextField label="Why" name="why" maxLength={500} autoComplete="off" refusal={refusal} />
    </FormButton>
  );
}

const DECISIONS = [
  { to: "accepted", label: "Accept" },
  { to: "rejected", label: "Reject" },
  { to: "snoozed", label: "Look at it later" },
  { to: "duplicate", label: "It is a duplicate" },
  { to: "pending", label: "Back to the proposals" },
] as const;

/** Decides what becomes of a proposal. */
export function Triage({ row }: { row: PortfolioRow }) {
  const trpc = useTRPC();
  const [to, setTo] = useState<(typeof DECISIONS)[number]["to"]>("accepted");
  const others = useQuery({ ...trpc.value.portfolio.queryOptions(), enabled: to === "duplicate" });
  const triage = useMutation(trpc.value.triage.mutationOptions(useAgain()));
  const refusal = refusalOf(triage.error);
  return (
    <FormButton
      label="Decide"
      name={`Decide on ${row.title}`}
      title={`Decide on ${row.title}`}
      verb="Decide"
      waits={triage.isPending}
      refusal={refusal}
      fields={["to", "why", "days", "of"]}
      onOpen={() => triage.reset()}
      onSend={(typed, close) => {
        const decided = { id: row.id, version: row.version, why: textOf(typed, "why") };
        const done = {
          onSuccess: () => {
            toast(`${row.title}: decided`);
            close();
          },
        };
        if (to === "snoozed") triage.mutate({ ...decided, to, days: numberTyped(textOf(typed, "days")) }, done);
        else if (to === "duplicate") triage.mutate({ ...decided, to, of: textOf(typed, "of") }, done);
        else triage.mutate({ ...decided, to }, done);
      }}
    >
      <SelectField
        label="Decision"
        name="to"
        value={to}
        onChange={(event) => setTo(DECISIONS.find((one) => one.to === event.target.value)?.to ?? "accepted")}
        refusal={refusal}
      >
        {DECISIONS.map((decision) => (
          <option key={decision.to} value={decision.to}>
            {decision.label}
          </option>
        ))}
      </SelectField>
      {to === "snoozed" ? (
        <TextField label="For how many days" name="days" inputMode="numeric" defaultValue="30" refusal={refusal} />
      ) : null}
      {to === "duplicate" ? (
        <SelectField label="Of" name="of" refusal={refusal}>
          {(others.data?.rows ?? [])
            .filter(({ id, intake }) => id !== row.id && intake !== "duplicate")
            .map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
        </SelectField>
      ) : null}
      <TextField
        label="Why"
        name="why"
        required={to === "rejected"}
        maxLength={500}
        autoComplete="off"
        refusal={refusal}
      />
    </FormButton>
  );
}
