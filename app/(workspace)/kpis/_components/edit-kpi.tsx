"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { SelectField, TextField } from "@/components/ui/field";
import forms from "@/components/ui/form.module.css";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import { minuteShown, minuteTyped, NOT_BUILT, SOURCES, type Source, STATS } from "@/server/value/domain/kpi";
import { figureShown, numberTyped } from "@/server/value/domain/typed-figures";
import type { KpiRow } from "@/server/value/kpi-queries";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";
import styles from "./kpis.module.css";
import { PickThing } from "./pick-thing";

const FIELDS = [
  ...[
    "name",
    "teamId",
    "ownerId",
    "why",
    "unit",
    "direction",
    "bandLow",
    "bandHigh",
    "source",
    "streamId",
    "thing",
    "stat",
  ],
  ...["timeZone", "fromMinute", "toMinute", "dueEveryS", "minCoverage", "maxStaleS", "currency"],
  ...["valueCents.low", "valueCents.mode", "valueCents.high"],
];
const DIRECTIONS = [
  { value: "down", label: "Less is better" },
  { value: "up", label: "More is better" },
  { value: "band", label: "Inside a band is good" },
] as const;
const STAT_WORDS = {
  mean: "The mean of its readings",
  min: "The lowest reading",
  max: "The highest reading",
  integral: "The mean times the hours: kW becomes kW.h",
} as const;
const SOURCE_WORDS: Readonly<Record<Source, string>> = {
  stream: "A live stream",
  manual: "Somebody who enters it, and it says so",
  import: "Another system, by a file of its days",
  device: "The health of a device or node",
  model: "What a model reports",
  rollout: "Roll-outs",
  training: "Training",
};
const WORTH = [
  { end: "low", label: "Low" },
  { end: "mode", label: "Likeliest" },
  { end: "high", label: "High" },
] as const;

/** A node or device as one value of a list: `node:lyon-1`, `device:7`. */
function healthValue({ nodeId, deviceId }: Pick<KpiRow, "nodeId" | "deviceId">): string | null {
  return deviceId === null ? nodeId && `node:${nodeId}` : `device:${deviceId}`;
}

function healthOf(value: string): Pick<KpiRow, "nodeId" | "deviceId"> {
  const [kind, id = ""] = value.split(":", 2);
  return { nodeId: kind === "node" ? id : null, deviceId: kind === "device" ? Number(id) : null };
}

function chosenHealth(kpi: KpiRow): { value: string; label: string } | null {
  const value = healthValue(kpi);
  return value === null ? null : { value, label: kpi.deviceLabel ?? "the device of now" };
}

/** Makes a KPI, or gives one another meaning: that is a new version, and its values start anew. */
export function EditKpi({ kpi }: { kpi: KpiRow | null }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const teams = useViewer()?.teams ?? [];
  const [source, setSource] = useState<Source>(kpi?.source ?? "stream");
  const [direction, setDirection] = useState<KpiRow["direction"]>(kpi?.direction ?? "down");
  const [q, setQ] = useState("");
  const [open, setOpen] = useState(false);
  const people = useQuery({ ...trpc.value.people.queryOptions(), enabled: open });
  const finding = useQuery({
    ...trpc.value.things.queryOptions({ q, kinds: source === "device" ? ["device", "node"] : ["stream"] }),
    ...{ enabled: open, placeholderData: keepPreviousData },
  });
  const things = finding.data ?? [];
  const policy = useQuery({ ...trpc.value.policy.queryOptions(), enabled: open });
  const again = { onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }) };
  const add = useMutation(trpc.value.addKpi.mutationOptions(again));
  const revise = useMutation(trpc.value.reviseKpi.mutationOptions(again));
  const sending = kpi ? revise : add;
  const refusal = refusalOf(sending.error);
  const own = refusal && { ...refusal, field: refusal.field?.replace(/^definition\./, "") };
  const currency = policy.data?.currency ?? kpi?.currency ?? "EUR";
  return (
    <FormButton
      label={kpi ? "Change" : "Add a KPI"}
      {...(kpi ? { name: `Change ${kpi.name}`, size: "small" as const } : { look: "primary" as const })}
      title={kpi ? `What ${kpi.name} means` : "A new KPI"}
      verb={kpi ? "Save as a new version" : "Add the KPI"}
      waits={sending.isPending}
      refusal={own}
      fields={FIELDS}
      onOpen={() => {
        setOpen(true);
        sending.reset();
      }}
      onSend={(typed, close) => {
        const number = (field: string) => numberTyped(textOf(typed, field));
        // A unit may be worth a fraction of a cent: what is typed in units of money is kept to four decimals.
        const worth = (end: string) => Math.round(number(`valueCents.${end}`) * 10_000) / 100;
        const definition = {
          ...{ source, direction, currency, unit: textOf(typed, "unit").trim() },
          bandLow: direction === "band" ? number("bandLow") : null,
          bandHigh: direction === "band" ? number("bandHigh") : null,
          streamId: source === "stream" ? Number(textOf(typed, "streamId")) || null : null,
          ...(source === "device" ? healthOf(textOf(typed, "thing")) : { nodeId: null, deviceId: null }),
          stat: source === "stream" ? (STATS.find((stat) => stat === textOf(typed, "stat")) ?? "mean") : null,
          timeZone: textOf(typed, "timeZone").trim(),
          fromMinute: minuteTyped(textOf(typed, "fromMinute")),
          toMinute: minuteTyped(textOf(typed, "toMinute")),
          dueEveryS: textOf(typed, "dueEveryS").trim() === "" ? null : Math.round(number("dueEveryS") * 60),
          minCoverage: number("minCoverage") / 100,
          maxStaleS: number("maxStaleS") * 60,
          isAdditive: typed.get("isAdditive") !== null,
          valueCents: { low: worth("low"), mode: worth("mode"), high: worth("high") },
        };
        const ownerId = textOf(typed, "ownerId") || null;
        const teamId = textOf(typed, "teamId");
        if (kpi) {
          const why = textOf(typed, "why");
          revise.mutate({ id: kpi.id, version: kpi.version, ownerId, definition, why }, { onSuccess: close });
        } else {
          const name = textOf(typed, "name");
          add.mutate({ name, ...(teamId === "" ? {} : { teamId }), ownerId, definition }, { onSuccess: close });
        }
      }}
    >
      {kpi ? null : (
        <TextField
          label="Name"
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          hint="What is looked at and where, such as Energy per day, cold store."
          refusal={own}
        />
      )}
      {kpi || teams.length < 2 ? null : (
        <SelectField label="Team" name="teamId" refusal={own}>
          {teams.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField
        label="Comes from"
        name="source"
        value={source}
        onChange={(event) => setSource(SOURCES.find((one) => one === event.target.value) ?? "stream")}
        hint={NOT_BUILT[source] === undefined ? undefined : `Unknown for now: ${NOT_BUILT[source]}.`}
        refusal={own}
      >
        {SOURCES.map((one) => (
          <option key={one} value={one}>
            {SOURCE_WORDS[one]}
          </option>
        ))}
      </SelectField>
      {source === "stream" ? (
        <>
          <PickThing
            {...{ what: "stream", name: "streamId", q, onFind: setQ, refusal: own }}
            found={things.flatMap(({ label, streamId }) => (streamId ? [{ value: String(streamId), label }] : []))}
            chosen={
              kpi?.streamId ? { value: String(kpi.streamId), label: kpi.streamLabel ?? "the stream of now" } : null
            }
          />
          <SelectField label="A day becomes" name="stat" defaultValue={kpi?.stat ?? "mean"} refusal={own}>
            {STATS.map((stat) => (
              <option key={stat} value={stat}>
                {STAT_WORDS[stat]}
              </option>
            ))}
          </SelectField>
        </>
      ) : null}
      {source === "device" ? (
        <PickThing
          {...{ what: "device or node", name: "thing", q, onFind: setQ, refusal: own }}
          found={things.flatMap(({ label, ...thing }) => {
            const value = thing.kind === "device" || thing.kind === "node" ? healthValue(thing) : null;
            return value === null ? [] : [{ value, label }];
          })}
          chosen={kpi && chosenHealth(kpi)}
        />
      ) : null}
      <TextField
        label="Unit"
        name="unit"
        required
        maxLength={32}
        autoComplete="off"
        defaultValue={kpi?.unit ?? ""}
        hint={source === "device" ? "Health is a share: % or 1." : "A UCUM code, such as kW.h, mm/s or %."}
        refusal={own}
      />
      <SelectField
        label="Which way is better"
        name="direction"
        value={direction}
        onChange={(event) =>
          setDirection(DIRECTIONS.find(({ value }) => value === event.target.value)?.value ?? "down")
        }
        refusal={own}
      >
        {DIRECTIONS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      {direction === "band" ? (
        <div className={styles.pair}>
          <TextField
            label="Band from"
            name="bandLow"
            required
            inputMode="decimal"
            defaultValue={kpi?.bandLow ?? ""}
            refusal={own}
          />
          <TextField
            label="Band to"
            name="bandHigh"
            required
            inputMode="decimal"
            defaultValue={kpi?.bandHigh ?? ""}
            refusal={own}
          />
        </div>
      ) : null}
      <div className={styles.pair}>
        <TextField
          label="Counts from"
          name="fromMinute"
          required
          maxLength={5}
          autoComplete="off"
          defaultValue={minuteShown(kpi?.fromMinute ?? 0)}
          refusal={own}
        />
        <TextField
          label="Counts until"
          name="toMinute"
          required
          maxLength={5}
          autoComplete="off"
          defaultValue={minuteShown(kpi?.toMinute ?? 1_440)}
          hint="Before its start: on the next day."
          refusal={own}
        />
      </div>
      <TextField
        label="Time zone of its day"
        name="timeZone"
        required
        maxLength={64}
        autoComplete="off"
        defaultValue={kpi?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone}
        refusal={own}
      />
      <TextField
        label="A reading is needed every, minutes"
        name="dueEveryS"
        inputMode="decimal"
        autoComplete="off"
        maxLength={10}
        defaultValue={kpi?.dueEveryS ? String(kpi.dueEveryS / 60) : ""}
        hint="Empty: as often as the stream sends. A mean of a day may need fewer."
        refusal={own}
      />
      <div className={styles.pair}>
        <TextField
          label="Least coverage, %"
          name="minCoverage"
          required
          inputMode="decimal"
          defaultValue={kpi ? figureShown(kpi.minCoverage, false) : "80"}
          hint="A day with less is thin: unknown."
          refusal={own}
        />
        <TextField
          label="Stale after, minutes"
          name="maxStaleS"
          required
          inputMode="decimal"
          defaultValue={kpi ? String(kpi.maxStaleS / 60) : "15"}
          hint="Without a reading for longer it is unknown."
          refusal={own}
        />
      </div>
      <fieldset className={styles.worth}>
        <legend>One unit for the better is worth, {currency}</legend>
        <div className={styles.ends}>
          {WORTH.map(({ end, label }) => (
            <TextField
              key={end}
              label={label}
              name={`valueCents.${end}`}
              required
              inputMode="decimal"
              autoComplete="off"
              maxLength={20}
              defaultValue={kpi ? String(kpi.valueCents[end] / 100) : "0"}
              refusal={own}
            />
          ))}
        </div>
      </fieldset>
      <label className={forms.check}>
        <input type="checkbox" name="isAdditive" defaultChecked={kpi?.isAdditive ?? false} />
        Values of several places may be added up
      </label>
      <SelectField
        key={`owner ${people.data?.length}`}
        label="Owner"
        name="ownerId"
        defaultValue={kpi?.ownerId ?? ""}
        refusal={own}
      >
        <option value="">nobody</option>
        {(people.data ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {kpi ? (
        <TextField label="Why it changes" name="why" required maxLength={500} autoComplete="off" refusal={own} />
      ) : null}
    </FormButton>
  );
}
