"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { RefusalLine, SelectField, TextField } from "@/components/ui/field";
import { numberTyped } from "@/server/value/domain/typed-figures";
import type { UseCaseDetail } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { OfWay } from "./of-way";
import styles from "../../_components/portfolio.module.css";

const ENDS = [
  { end: "low", label: "Low" },
  { end: "mode", label: "Likeliest" },
  { end: "high", label: "High" },
] as const;

interface Draft {
  key: number;
  kpiId: string;
  low: string;
  mode: string;
  high: string;
  option: number | null;
}

const NEW = { kpiId: "", low: "", mode: "", high: "", option: null };

/** Rows of KPIs with the change for the better that the use case promises. */
export function EffectsEditor({
  detail: { row, promised, options },
  onClose,
}: {
  detail: UseCaseDetail;
  onClose: () => void;
}) {
  const trpc = useTRPC();
  const client = useQueryClient();
  // What was seen when the editing began: what others change meanwhile is not overwritten.
  const [version] = useState(row.version);
  const [drafts, setDrafts] = useState<readonly Draft[]>(() =>
    promised.length === 0
      ? [{ ...NEW, key: 0 }]
      : promised.map(({ kpiId, low, mode, high, option }, key) => ({
          ...{ key, kpiId, option, low: String(low), mode: String(mode), high: String(high) },
        })),
  );
  const kpis = useQuery(trpc.value.kpis.queryOptions());
  const save = useMutation(
    trpc.value.setEffects.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
      onSuccess: () => {
        toast("What it moves is saved");
        onClose();
      },
    }),
  );
  const refusal = refusalOf(save.error);
  const change = (key: number, more: Partial<Draft>) =>
    setDrafts((before) => before.map((draft) => (draft.key === key ? { ...draft, ...more } : draft)));
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({
          ...{ id: row.id, version },
          effects: drafts.map(({ kpiId, low, mode, high, option }) => ({
            ...{ kpiId, option },
            effect: { low: numberTyped(low), mode: numberTyped(mode), high: numberTyped(high) },
          })),
        });
      }}
    >
      {drafts.map((draft, index) => (
        <fieldset key={draft.key} className={styles.triple}>
          <legend>Moves</legend>
          <SelectField
            label="KPI"
            name={`effects[${index}].kpiId`}
            value={draft.kpiId}
            onChange={(event) => change(draft.key, { kpiId: event.target.value })}
            refusal={refusal}
          >
            <option value="">choose a KPI</option>
            {(kpis.data ?? []).map(({ id, name, unit }) => (
              <option key={id} value={id}>
                {name}, {unit}
              </option>
            ))}
          </SelectField>
          <OfWay
            name={`effects[${index}].option`}
            options={options}
            value={draft.option}
            onChange={(option) => change(draft.key, { option })}
            refusal={refusal}
          />
          <div className={styles.ends}>
            {ENDS.map(({ end, label }) => (
              <TextField
                key={end}
                label={`${label}, better per day`}
                name={`effects[${index}].effect.${end}`}
                value={draft[end]}
                onChange={(event) => change(draft.key, { [end]: event.target.value })}
                required
                inputMode="decimal"
                maxLength={20}
                autoComplete="off"
                refusal={refusal}
              />
            ))}
          </div>
          <div>
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
      <div>
        <Button
          size="small"
          onClick={() =>
            setDrafts((before) => [...before, { ...NEW, key: Math.max(-1, ...before.map(({ key }) => key)) + 1 }])
          }
        >
          Add another KPI
        </Button>
      </div>
      <RefusalLine
        refusal={refusal}
        fields={drafts.flatMap((_, index) => [
          `effects[${index}].kpiId`,
          `effects[${index}].option`,
          ...ENDS.map(({ end }) => `effects[${index}].effect.${end}`),
        ])}
      />
      <div className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" disabled={save.isPending}>
          Save what it moves
        </Button>
      </div>
    </form>
  );
}
