"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { type FieldRefusal, SelectField, TextField } from "@/components/ui/field";
import { MOST_DRIVERS } from "@/server/measured/domain/measured-value";
import { useTRPC } from "../../../../_trpc/client";
import styles from "./measured.module.css";

/** What else moves the KPI: another KPI, or the daily mean of a stream. */
export interface Driver {
  label: string;
  kpiId: string | null;
  streamId: number | null;
}

interface DriversProps {
  drivers: readonly Driver[];
  /** the KPI that is measured, which cannot drive itself */
  besides: string;
  refusal: FieldRefusal | null;
  onChange: (drivers: readonly Driver[]) => void;
}

/** What the baseline takes into account, so that a mild winter is no saving. */
export function Drivers({ drivers, besides, refusal, onChange }: DriversProps) {
  const trpc = useTRPC();
  const [q, setQ] = useState("");
  const kpis = useQuery(trpc.value.kpis.queryOptions());
  const things = useQuery({ ...trpc.value.things.queryOptions({ q }), placeholderData: keepPreviousData });
  const taken = new Set(drivers.map(({ label }) => label));
  const choices: Driver[] = [
    ...(kpis.data ?? [])
      .filter(({ id }) => id !== besides)
      .map(({ id, name }) => ({ label: name, kpiId: id, streamId: null })),
    ...(things.data ?? []).flatMap(({ kind, label, streamId }) =>
      kind === "stream" ? [{ label, kpiId: null, streamId }] : [],
    ),
  ].filter(({ label }) => !taken.has(label));
  return (
    <div className={styles.drivers}>
      {drivers.length === 0 ? null : (
        <ul aria-label="Drivers">
          {drivers.map((driver) => (
            <li key={driver.label}>
              {driver.label}
              <Button
                size="small"
                aria-label={`Leave out ${driver.label}`}
                onClick={() => onChange(drivers.filter((one) => one !== driver))}
              >
                Leave out
              </Button>
            </li>
          ))}
        </ul>
      )}
      {drivers.length >= MOST_DRIVERS ? null : (
        <>
          <TextField
            label="Find a stream that drives it"
            name="find"
            type="search"
            value={q}
            onChange={(event) => setQ(event.target.value)}
            autoComplete="off"
            maxLength={100}
          />
          <SelectField
            label="What else moves it"
            name="driver"
            value=""
            onChange={(event) => {
              const chosen = choices.find(({ label }) => label === event.target.value);
              if (chosen) onChange([...drivers, chosen]);
            }}
            hint={`Load, weather, product: at most ${MOST_DRIVERS}. Without them a mild winter looks like a saving.`}
            refusal={refusal}
          >
            <option value="">add a driver</option>
            {choices.map(({ label }) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
          </SelectField>
        </>
      )}
    </div>
  );
}
