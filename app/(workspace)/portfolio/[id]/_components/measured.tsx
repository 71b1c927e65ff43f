"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatNumber } from "@/server/fabric/domain/health";
import type { MeasuredDay, MeasuredValue } from "@/server/measured/domain/measured-value";
import type { MeasuredRow } from "@/server/measured/queries";
import type { PortfolioRow, UseCaseDetail } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { Adjust } from "./adjust";
import { GoLive } from "./go-live";
import { MeasuredMoney } from "./measured-money";
import styles from "./measured.module.css";

const HEIGHT = 260;
const MeasuredChart = dynamic(
  () => import("@/components/charts/measured-chart").then((module) => module.MeasuredChart),
  {
    ssr: false,
    loading: () => <BlockSkeleton height={HEIGHT} />,
  },
);
/** Days change once a day; a go-live that somebody else wrote down is seen within a minute. */
const READ_EVERY_MS = 60_000;

interface MeasuredProps {
  row: PortfolioRow;
  effects: UseCaseDetail["effects"];
  currency: string;
  mayDecide: boolean;
}

/** What it really did since it went live, and what that paid: measured against what would have been, or why nobody can say. */
export function Measured({ row, effects, currency, mayDecide }: MeasuredProps) {
  const query = useQuery({ ...useTRPC().measured.get.queryOptions({ id: row.id }), refetchInterval: READ_EVERY_MS });
  const live = query.data;
  const mayGoLive = mayDecide && row.intake === "accepted" && effects.length > 0;
  return (
    <Sheet
      title="Measured value"
      aside={
        live ? (
          <>
            day one was {live.liveOn} {mayDecide ? <Adjust row={row} live={live} /> : null}
          </>
        ) : live === null && mayGoLive ? (
          <GoLive row={row} effects={effects} currency={currency} />
        ) : null
      }
      flush
    >
      {query.isError && live === undefined ? (
        <Failed what="What was measured could not be read." onRetry={() => void query.refetch()} />
      ) : live === undefined ? (
        <BlockSkeleton height={120} />
      ) : live === null ? (
        <Empty title="It has not gone live">
          <p>
            Value is measured from the day on which it goes live, which is said once.{" "}
            {effects.length === 0 ? "It has to say first which KPI it moves." : null}
          </p>
        </Empty>
      ) : live.measured.known ? (
        <Known live={live} measured={live.measured.value} />
      ) : (
        <Empty title="What it did is unknown">
          <p>
            <StatusText status="unknown">{live.measured.why}</StatusText>
          </p>
        </Empty>
      )}
    </Sheet>
  );
}

function Known({ live, measured }: { live: MeasuredRow; measured: MeasuredValue }) {
  const [asTable, setAsTable] = useState(false);
  const summary = summaryOf(live, measured.days);
  return (
    <>
      <div className={styles.lead}>
        <p>
          <strong>{measured.says}.</strong> Measured by{" "}
          {live.kpi === null ? "a KPI" : <Link href={`/kpis/${live.kpiId}`}>{live.kpi}</Link>}
          {live.drivers.length === 0 ? ", with nothing else taken into account" : null}
          {live.drivers.length === 0 ? null : `, adjusted for ${live.drivers.map(({ name }) => name).join(", ")}`}.
        </p>
        {live.sharedWith.length === 0 ? null : (
          <p className="muted">
            Shared with{" "}
            {live.sharedWith.map(({ id, title }, index) => (
              <span key={id}>
                {index > 0 ? ", " : null}
                <Link href={`/portfolio/${id}`}>{title}</Link>
              </span>
            ))}
            : the effect is that of all of them together.
          </p>
        )}
      </div>
      <figure className={styles.chart} aria-label={summary} style={{ margin: 0 }}>
        <div aria-hidden="true">
          <MeasuredChart days={measured.days} liveOn={live.liveOn} height={HEIGHT} />
        </div>
        <figcaption className={styles.key}>
          <span>measured, {live.unit}</span>
          <span className={styles.would}>what the baseline expects</span>
          <Button look="quiet" size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? "Hide the table" : "Show as table"}
          </Button>
        </figcaption>
        <p className="muted">{summary}</p>
      </figure>
      {asTable ? <Days days={measured.days} unit={live.unit} /> : null}
      <MeasuredMoney live={live} measured={measured} />
    </>
  );
}

/** The chart in one sentence. */
function summaryOf({ unit, liveOn }: MeasuredRow, days: readonly MeasuredDay[]): string {
  const since = days.filter(({ isLive, value, predicted }) => isLive && value !== null && predicted !== null);
  if (since.length === 0) return `No day since ${liveOn} can be compared with the baseline yet.`;
  const mean = (pick: (day: MeasuredDay) => number | null) =>
    formatNumber(since.reduce((sum, day) => sum + (pick(day) ?? 0), 0) / since.length);
  return `Since ${liveOn} it was ${mean(({ value }) => value)} ${unit} on average over ${since.length} days, where the baseline expects ${mean(({ predicted }) => predicted)}.`;
}

function Days({ days, unit }: { days: readonly MeasuredDay[]; unit: string }) {
  const shown = (figure: number | null) => (figure === null ? "–" : formatNumber(figure));
  return (
    <DataTable
      label="Measured and expected, day by day"
      columns={[
        { title: "Day" },
        { title: `Measured, ${unit}`, isNumber: true },
        { title: "Expected", isNumber: true },
        { title: "Part" },
      ]}
    >
      {[...days].reverse().map(({ day, value, predicted, isLive }) => (
        <tr key={day}>
          <td className={table.nowrap}>{day}</td>
          <td className={table.num}>{shown(value)}</td>
          <td className={table.num}>{shown(predicted)}</td>
          <td>{isLive ? "since go-live" : "baseline"}</td>
        </tr>
      ))}
    </DataTable>
  );
}
