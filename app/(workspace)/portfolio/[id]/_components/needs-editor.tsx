"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { RefusalLine, TextField } from "@/components/ui/field";
import { hoursTyped } from "@/server/value/domain/ways";
import { centsOf, figureShown, numberTyped } from "@/server/value/domain/typed-figures";
import type { ThingChoice, UseCaseDetail } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { OfWay } from "./of-way";
import styles from "../../_components/portfolio.module.css";

interface Draft extends Omit<ThingChoice, "kind" | "label"> {
  key: number;
  label: string | null;
  capability: string;
  cost: string;
  /** hours and skill, as typed */
  work: string;
  option: number | null;
}

/** Rows of providers: things are found by their name, a capability groups those of which one is enough. */
export function NeedsEditor({
  detail: {
    row,
    needs,
    options,
    policy: { currency },
  },
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
    needs.map(({ label, capability, costCents, streamId, deviceId, nodeId, slot, option, skill, hours }, key) => ({
      ...{ key, label, capability, streamId, deviceId, nodeId, slot, option },
      work: skill === null ? "" : `${skill} ${hours ?? ""}`,
      cost: figureShown(costCents, true),
    })),
  );
  const [q, setQ] = useState("");
  const things = useQuery({ ...trpc.value.things.queryOptions({ q }), placeholderData: keepPreviousData });
  const save = useMutation(
    trpc.value.setNeeds.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }),
      onSuccess: () => {
        toast("What it needs is saved");
        onClose();
      },
    }),
  );
  const refusal = refusalOf(save.error);
  const change = (key: number, more: Partial<Draft>) =>
    setDrafts((before) => before.map((draft) => (draft.key === key ? { ...draft, ...more } : draft)));
  const add = (thing: Omit<ThingChoice, "kind" | "label"> & { label: string | null }) =>
    setDrafts((before) => [
      ...before,
      {
        ...{ streamId: thing.streamId, deviceId: thing.deviceId, nodeId: thing.nodeId, slot: thing.slot },
        ...{
          key: Math.max(-1, ...before.map(({ key }) => key)) + 1,
          label: thing.label,
          cost: "0",
          work: "",
          option: null,
        },
        capability: thing.label?.split(" / ").at(-1) ?? "",
      },
    ]);
  return (
    <form
      className={styles.editor}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({
          ...{ id: row.id, version },
          needs: drafts.map(({ capability, streamId, deviceId, nodeId, slot, option, cost, work }) => ({
            ...{ capability, streamId, deviceId, nodeId, slot, option },
            costCents: centsOf(numberTyped(cost)),
            ...(hoursTyped(work)[0] ?? {}),
          })),
        });
      }}
    >
      {drafts.map((draft, index) => (
        <div key={draft.key} className={styles.draft}>
          <TextField
            label="Capability"
            name={`needs[${index}].capability`}
            value={draft.capability}
            onChange={(event) => change(draft.key, { capability: event.target.value })}
            required
            maxLength={100}
            autoComplete="off"
            hint={draft.label ?? "still to be found"}
            refusal={refusal}
          />
          <TextField
            label={`Cost to have it, ${currency}`}
            name={`needs[${index}].costCents`}
            value={draft.cost}
            onChange={(event) => change(draft.key, { cost: event.target.value })}
            required
            inputMode="decimal"
            maxLength={20}
            autoComplete="off"
            refusal={refusal}
          />
          <TextField
            label="Work to have it, hours"
            name={`needs[${index}].hours`}
            value={draft.work}
            onChange={(event) => change(draft.key, { work: event.target.value })}
            maxLength={80}
            autoComplete="off"
            placeholder="controls 12"
            refusal={refusal}
          />
          <OfWay
            name={`needs[${index}].option`}
            options={options}
            value={draft.option}
            onChange={(option) => change(draft.key, { option })}
            refusal={refusal}
          />
          <Button
            size="small"
            aria-label={`Remove ${draft.capability || "this row"}`}
            onClick={() => setDrafts((before) => before.filter(({ key }) => key !== draft.key))}
          >
            Remove
          </Button>
        </div>
      ))}
      <TextField
        label="Find a stream, a device, a node or a model"
        name="find"
        type="search"
        value={q}
        onChange={(event) => setQ(event.target.value)}
        autoComplete="off"
        maxLength={100}
        hint="Rows with the same capability are alternatives: one of them is enough."
      />
      <ul className={styles.things} aria-label="Found in the plant">
        {(things.data ?? []).map((thing) => (
          <li key={`${thing.kind} ${thing.label}`}>
            <Button size="small" look="quiet" onClick={() => add(thing)}>
              Add {thing.label}
            </Button>
          </li>
        ))}
        <li>
          <Button
            size="small"
            look="quiet"
            onClick={() => add({ label: null, streamId: null, deviceId: null, nodeId: null, slot: null })}
          >
            Add something that is still to be found
          </Button>
        </li>
      </ul>
      <RefusalLine
        refusal={refusal}
        fields={drafts.flatMap((_, index) =>
          ["capability", "costCents", "hours", "option"].map((field) => `needs[${index}].${field}`),
        )}
      />
      <div className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" disabled={save.isPending}>
          Save what it needs
        </Button>
      </div>
    </form>
  );
}
