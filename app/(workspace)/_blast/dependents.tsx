"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { DataTable } from "@/components/ui/data-table";
import { SelectField } from "@/components/ui/field";
import { Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { type Becomes, blastWords, type Dependent } from "@/server/blast/domain/blast";
import type { PlantThing } from "@/server/blast/schema";
import { formatMoney } from "@/server/value/domain/money-words";
import { stageName } from "@/server/value/domain/stages";
import { useViewer } from "../../_shell/viewer";
import { useTRPC } from "../../_trpc/client";
import styles from "./blast.module.css";

const STATUS = { stops: "bad", weaker: "watch", unmeasured: "watch", down: "unknown" } as const;
const WORDS: Readonly<Record<Becomes, string>> = {
  stops: "stops",
  weaker: "goes on weaker",
  unmeasured: "can no longer be measured",
  down: "is down already",
};
const READ_EVERY_MS = 30_000;

/** What one could retire here, with its name. */
export interface Retirable {
  label: string;
  thing: PlantThing;
}

/** What depends on a thing of the plant now, and what would become of it without; of several things one is chosen. */
export function Dependents({ things }: { things: readonly [Retirable, ...Retirable[]] }) {
  const [chosen, setChosen] = useState(0);
  const { thing } = things[chosen] ?? things[0];
  const may = useViewer()?.can["value.read"] === true;
  const query = useQuery({ ...useTRPC().blast.of.queryOptions(thing), enabled: may, refetchInterval: READ_EVERY_MS });
  if (!may) return null;
  const radius = query.data;
  const { useCases: dependents } = radius ?? { useCases: [] };
  return (
    <Sheet
      title="What if it is retired?"
      id="depends"
      aside={
        things.length === 1 ? null : (
          <div className={styles.choice}>
            <SelectField
              label="Of"
              name="thing"
              value={String(chosen)}
              onChange={(event) => setChosen(Number(event.target.value))}
            >
              {things.map(({ label }, index) => (
                <option key={label} value={index}>
                  {label}
                </option>
              ))}
            </SelectField>
          </div>
        )
      }
      flush
    >
      {query.isError && radius === undefined ? (
        <Failed what="What depends on it could not be read." onRetry={() => void query.refetch()} />
      ) : radius === undefined ? (
        <BlockSkeleton height={90} />
      ) : dependents.length + radius.kpis.length === 0 ? (
        <Empty title="Nothing that your teams have written down depends on it">
          <p>No use case of your teams needs it and no KPI is computed from it. Objectives are not kept here yet.</p>
        </Empty>
      ) : (
        <>
          <p className={styles.lead}>
            <strong>{blastWords(radius)}.</strong>{" "}
            <span className="muted">Key results are unknown: objectives are not kept here yet.</span>
          </p>
          <DataTable
            label="What depends on it"
            columns={[{ title: "What" }, { title: "Without it" }, { title: "A day", isNumber: true }]}
          >
            {dependents.map((one) => (
              <tr key={one.id}>
                <td>
                  <Link href={`/portfolio/${one.id}`}>{one.title}</Link>
                  <span className={table.sub}>{one.isLive ? "live" : stageName(one.stage)}</span>
                </td>
                <td>
                  <StatusText status={STATUS[one.becomes]}>{WORDS[one.becomes]}</StatusText>
                  <span className={table.sub}>{one.why}</span>
                </td>
                <td className={table.num}>
                  <Worth dependent={one} currency={radius.currency} />
                </td>
              </tr>
            ))}
            {radius.kpis.map(({ id, name }) => (
              <tr key={id}>
                <td>
                  <Link href={`/kpis/${id}`}>{name}</Link>
                  <span className={table.sub}>KPI</span>
                </td>
                <td>
                  <StatusText status="watch">becomes unknown</StatusText>
                </td>
                <td className={table.num}>–</td>
              </tr>
            ))}
            {radius.outcomes.map(({ id, statement }) => (
              <tr key={id}>
                <td>
                  <Link href={`/outcomes/${id}`}>{statement}</Link>
                  <span className={table.sub}>outcome</span>
                </td>
                <td>
                  <StatusText status="watch">is no longer seen by this</StatusText>
                </td>
                <td className={table.num}>–</td>
              </tr>
            ))}
          </DataTable>
        </>
      )}
    </Sheet>
  );
}

function Worth({ dependent: { centsPerDay, isLive }, currency }: { dependent: Dependent; currency: string }) {
  if (!centsPerDay.known)
    return (
      <>
        unknown<span className={table.sub}>{centsPerDay.why}</span>
      </>
    );
  const { cents, basis } = centsPerDay.value;
  return (
    <>
      {formatMoney(cents, currency)}
      <span className={table.sub}>{isLive ? basis : "promised"}</span>
    </>
  );
}
