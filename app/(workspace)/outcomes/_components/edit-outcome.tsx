"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import { numberTyped } from "@/server/value/domain/typed-figures";
import type { OutcomeRow } from "@/server/value/outcome-queries";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import styles from "./outcomes.module.css";

const STATES = ["draft", "active", "achieved", "missed", "retired"] as const;
const MOST_KPIS = 10;

interface Draft {
  key: number;
  kpiId: string;
  baseline: string;
  target: string;
}

const draftsOf = (outcome: OutcomeRow | null): Draft[] =>
  (outcome?.kpis ?? []).map(({ id, baseline, target }, key) => ({
    ...{ key, kpiId: id, baseline: String(baseline), target: String(target) },
  }));

/** Writes an outcome down, or changes it. Each of its KPIs has a baseline and a target. */
export function EditOutcome({ outcome }: { outcome: OutcomeRow | null }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const teams = useViewer()?.teams ?? [];
  const [open, setOpen] = useState(false);
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => draftsOf(outcome));
  const people = useQuery({ ...trpc.value.people.queryOptions(), enabled: open });
  const kpis = useQuery({ ...trpc.value.kpis.queryOptions(), enabled: open });
  const again = { onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }) };
  const add = useMutation(trpc.value.addOutcome.mutationOptions(again));
  const change = useMutation(trpc.value.changeOutcome.mutationOptions(again));
  const sending = outcome ? change : add;
  const refusal = refusalOf(sending.error);
  const edit = (key: number, more: Partial<Draft>) =>
    setDrafts((before) => before.map((draft) => (draft.key === key ? { ...draft, ...more } : draft)));
  return (
    <FormButton
      label={outcome ? "Change" : "Add an outcome"}
      {...(outcome ? { name: `Change ${outcome.statement}`, size: "small" as const } : { look: "primary" as const })}
      title={outcome ? "The outcome" : "A new outcome"}
      verb={outcome ? "Save" : "Add the outcome"}
      waits={sending.isPending}
      refusal={refusal}
      fields={[
        ...["statement", "teamId", "ownerId", "horizon", "state"],
        ...drafts.flatMap((_, index) => ["kpiId", "baseline", "target"].map((field) => `kpis[${index}].${field}`)),
      ]}
      onOpen={() => {
        setOpen(true);
        setDrafts(draftsOf(outcome));
        sending.reset();
      }}
      onSend={(typed, close) => {
        const input = {
          statement: textOf(typed, "statement"),
          ownerId: textOf(typed, "ownerId"),
          horizon: textOf(typed, "horizon"),
          kpis: drafts.map(({ kpiId, baseline, target }) => ({
            ...{ kpiId, baseline: numberTyped(baseline), target: numberTyped(target) },
          })),
        };
        const teamId = textOf(typed, "teamId");
        const state = STATES.find((one) => one === textOf(typed, "state")) ?? "active";
        if (outcome) change.mutate({ id: outcome.id, version: outcome.version, state, ...input }, { onSuccess: close });
        else add.mutate({ ...input, ...(teamId === "" ? {} : { teamId }) }, { onSuccess: close });
      }}
    >
      <TextField
        label="What the business wants"
        name="statement"
        required
        maxLength={300}
        autoComplete="off"
        defaultValue={outcome?.statement ?? ""}
        hint="Such as A fifth less energy in the cold store."
        refusal={refusal}
      />
      {outcome || teams.length < 2 ? null : (
        <SelectField label="Team" name="teamId" refusal={refusal}>
          {teams.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField
        key={`owner ${people.data?.length}`}
        label="Who answers for it"
        name="ownerId"
        defaultValue={outcome?.ownerId ?? ""}
        refusal={refusal}
      >
        <option value="">choose somebody</option>
        {(people.data ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Wanted by"
        name="horizon"
        type="date"
        required
        defaultValue={outcome?.horizon ?? ""}
        refusal={refusal}
      />
      {drafts.map((draft, index) => (
        <fieldset key={draft.key} className={styles.kpi}>
          <legend>Seen by</legend>
          <SelectField
            label="KPI"
            name={`kpis[${index}].kpiId`}
            value={draft.kpiId}
            onChange={(event) => edit(draft.key, { kpiId: event.target.value })}
            refusal={refusal}
          >
            <option value="">choose a KPI</option>
            {(kpis.data ?? []).map(({ id, name, unit }) => (
              <option key={id} value={id}>
                {name}, {unit}
              </option>
            ))}
          </SelectField>
          <div className={styles.pair}>
            <TextField
              label="Baseline"
              name={`kpis[${index}].baseline`}
              required
              inputMode="decimal"
              autoComplete="off"
              value={draft.baseline}
              onChange={(event) => edit(draft.key, { baseline: event.target.value })}
              refusal={refusal}
            />
            <TextField
              label="Target"
              name={`kpis[${index}].target`}
              required
              inputMode="decimal"
              autoComplete="off"
              value={draft.target}
              onChange={(event) => edit(draft.key, { target: event.target.value })}
              refusal={refusal}
            />
            <Button
              size="small"
              aria-label={`Remove KPI ${index + 1}`}
              onClick={() => setDrafts((before) => before.filter(({ key }) => key !== draft.key))}
            >
              Remove
            </Button>
          </div>
        </fieldset>
      ))}
      {drafts.length < MOST_KPIS ? (
        <div>
          <Button
            size="small"
            onClick={() =>
              setDrafts((before) => [
                ...before,
                { key: Math.max(-1, ...before.map(({ key }) => key)) + 1, kpiId: "", baseline: "", target: "" },
              ])
            }
          >
            Add a KPI by which it is seen
          </Button>
        </div>
      ) : null}
      {outcome ? (
        <SelectField label="State" name="state" defaultValue={outcome.state} refusal={refusal}>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {state}
            </option>
          ))}
        </SelectField>
      ) : null}
    </FormButton>
  );
}
