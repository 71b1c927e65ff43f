"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import type { EffectRow } from "@/server/value/effect-queries";
import { centsOf, numberTyped } from "@/server/value/domain/typed-figures";
import type { PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { type Driver, Drivers } from "./drivers";
import { useMeasuredAgain } from "./use-measured-again";

const FIELDS = ["liveOn", "kpiId", "baselineDays", "oneOffCents", "runCentsPerDay", "usefulLifeDays", "why"];
const THREE_YEARS = 1_095;

interface GoLiveProps {
  row: PortfolioRow;
  effects: readonly EffectRow[];
  currency: string;
}

/** Says, once, on which day it went live, by what that is measured, and what was really paid. */
export function GoLive({ row, effects, currency }: GoLiveProps) {
  const [drivers, setDrivers] = useState<readonly Driver[]>([]);
  const [kpiId, setKpiId] = useState(effects[0]?.kpiId ?? "");
  const [open, setOpen] = useState(false);
  const goLive = useMutation(useTRPC().measured.goLive.mutationOptions(useMeasuredAgain()));
  const refusal = refusalOf(goLive.error);
  const own = refusal?.field?.startsWith("drivers") ? { ...refusal, field: "driver" } : refusal;
  return (
    <FormButton
      label="It went live"
      size="small"
      title={`${row.title} went live`}
      verb="Start its ninety days"
      waits={goLive.isPending}
      refusal={own}
      fields={[...FIELDS, "driver"]}
      onOpen={() => {
        setOpen(true);
        goLive.reset();
      }}
      onSend={(typed, close) => {
        const money = (field: string) => centsOf(numberTyped(textOf(typed, field)));
        goLive.mutate(
          {
            ...{ id: row.id, version: row.version, liveOn: textOf(typed, "liveOn"), kpiId, why: textOf(typed, "why") },
            baselineDays: numberTyped(textOf(typed, "baselineDays")),
            drivers: drivers.map(({ kpiId: kpi, streamId }) => ({ kpiId: kpi, streamId })),
            ...{ oneOffCents: money("oneOffCents"), runCentsPerDay: money("runCentsPerDay") },
            usefulLifeDays: numberTyped(textOf(typed, "usefulLifeDays")),
          },
          { onSuccess: close },
        );
      }}
    >
      <TextField
        label="First day"
        name="liveOn"
        type="date"
        required
        hint="Day one of its ninety days. This is said once and stays; up to 30 days ahead."
        refusal={own}
      />
      <SelectField
        label="Measured by"
        name="kpiId"
        value={kpiId}
        onChange={(event) => setKpiId(event.target.value)}
        hint="What one unit is worth is taken from what was approved for it."
        refusal={own}
      >
        {effects.map((effect) => (
          <option key={effect.kpiId} value={effect.kpiId}>
            {effect.name}, {effect.unit}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Days of baseline before it"
        name="baselineDays"
        required
        inputMode="numeric"
        defaultValue="90"
        autoComplete="off"
        maxLength={3}
        refusal={own}
      />
      {open ? <Drivers drivers={drivers} besides={kpiId} refusal={own} onChange={setDrivers} /> : null}
      <TextField
        label={`Really paid once, ${currency}`}
        name="oneOffCents"
        required
        inputMode="decimal"
        autoComplete="off"
        maxLength={20}
        refusal={own}
      />
      <TextField
        label={`Really paid per day, ${currency}`}
        name="runCentsPerDay"
        required
        inputMode="decimal"
        autoComplete="off"
        maxLength={20}
        refusal={own}
      />
      <TextField
        label="Useful life, days"
        name="usefulLifeDays"
        required
        inputMode="numeric"
        autoComplete="off"
        maxLength={4}
        defaultValue={String(THREE_YEARS)}
        hint="Over so long the amortised return spreads what was paid once."
        refusal={own}
      />
      <TextField label="Note" name="why" maxLength={500} autoComplete="off" refusal={own} />
    </FormButton>
  );
}
