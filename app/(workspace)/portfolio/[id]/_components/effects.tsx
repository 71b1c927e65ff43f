"use client";
import Link from "next/link";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatNumber } from "@/server/fabric/domain/health";
import type { EffectRow } from "@/server/value/effect-queries";
import { benefitBesideKpis, effectCents } from "@/server/value/domain/kpi-benefit";
import { formatMoney } from "@/server/value/domain/money-words";
import type { UseCaseDetail } from "@/server/value/queries";

const EffectsEditor = lazy(() => import("./effects-editor").then((module) => ({ default: module.EffectsEditor })));

/** The KPIs that it promises to move, by how much, and whether that could be seen. */
export function Effects({ detail, mayChange }: { detail: UseCaseDetail; mayChange: boolean }) {
  const { row, effects, options, estimates, policy } = detail;
  const way = options.find(({ n }) => n === row.option)?.name;
  const [editing, setEditing] = useState(false);
  const latest = estimates.find(({ option }) => option === row.option);
  const beside = benefitBesideKpis(effects, latest?.figures?.benefitCentsPerDay.mode ?? null, policy.currency);
  return (
    <Sheet
      title={way === undefined ? "What it moves" : `What it moves: ${way}`}
      aside={
        mayChange && !editing ? (
          <Button size="small" onClick={() => setEditing(true)}>
            Change what it moves
          </Button>
        ) : null
      }
      flush
    >
      {editing ? (
        <Suspense>
          <EffectsEditor detail={detail} onClose={() => setEditing(false)} />
        </Suspense>
      ) : effects.length === 0 ? (
        <Empty title="It promises to move no KPI">
          <p>
            Name a KPI and by how much it gets better. Whether an effect of this size can be told from the KPI's own
            noise is computed from its history.
          </p>
        </Empty>
      ) : (
        <DataTable
          label="What it moves"
          columns={[
            { title: "KPI" },
            { title: "Now" },
            { title: "Better by, per day", isNumber: true },
            { title: "Worth, per day", isNumber: true },
            { title: "Can be seen" },
          ]}
        >
          {effects.map((effect) => (
            <tr key={effect.kpiId}>
              <td>
                <Link href={`/kpis/${effect.kpiId}`}>{effect.name}</Link>
              </td>
              <td>
                {effect.now.known ? (
                  `${formatNumber(effect.now.value.value)} ${effect.unit}`
                ) : (
                  <StatusText status="unknown">{effect.now.why}</StatusText>
                )}
              </td>
              <td className={table.num}>
                {formatNumber(effect.low)} · <strong>{formatNumber(effect.mode)}</strong> · {formatNumber(effect.high)}
                <span className={table.sub}>{effect.unit}</span>
              </td>
              <td className={table.num}>{formatMoney(Math.round(effectCents(effect)), policy.currency)}</td>
              <td>
                <Seen effect={effect} />
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {beside && !editing ? (
        <p className={table.above}>
          <StatusText status={beside.isAlike ? "ok" : "watch"}>{beside.says}</StatusText>
        </p>
      ) : null}
    </Sheet>
  );
}

function Seen({ effect: { detectable, mode, unit, remedies } }: { effect: EffectRow }) {
  if (!detectable.known) return <StatusText status="unknown">{detectable.why}</StatusText>;
  const least = `${formatNumber(detectable.value)} ${unit}`;
  return mode >= detectable.value ? (
    <StatusText status="ok">yes, from {least} on</StatusText>
  ) : (
    <>
      <StatusText status="bad">not within 90 days: {least} is the least</StatusText>
      {remedies === "" ? null : <span className={table.sub}>{remedies}</span>}
    </>
  );
}
