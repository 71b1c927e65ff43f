"use client";
import Link from "next/link";
import { useState } from "react";
import type { Column } from "@/components/ui/data-table";
import { isHidden, RowTable } from "@/components/ui/row-table";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatAge, formatNumber, streamHealth } from "@/server/fabric/domain/health";
import type { StreamRow } from "@/server/fabric/queries";
import { qualityWord } from "@/sdk/wire/quality-words";
import { useCarry } from "../../../_shell/carry";
import { useLatest } from "../../../_shell/live";
import type { LatestReading } from "../../../_shell/live-messages";
import { useClock } from "../../../_shell/refresh";

/** Columns that can be hidden, as links name them. */
export const STREAM_COLUMNS = ["quantity", "state", "rate", "age"] as const;
export type StreamColumn = (typeof STREAM_COLUMNS)[number];

interface StreamTableProps {
  rows: readonly StreamRow[];
  matching: number;
  asOfMs: number;
  stale: boolean;
  /** Shows the node of each stream; left out on the node's own page. */
  withNode?: boolean;
  hidden?: readonly StreamColumn[];
  more: (() => void) | null;
}

const MAX_LIVE = 200;
const COLUMNS: readonly Column[] = [
  { title: "Stream" },
  { title: "Node", isWideOnly: true },
  { title: "Quantity", isWideOnly: true },
  { title: "Latest", isNumber: true },
  { title: "State" },
  { title: "Rate", isNumber: true, isWideOnly: true },
  { title: "Age", isNumber: true },
];

/** Streams with their newest values, which follow the live feed between two reads. */
export function StreamTable({ rows, matching, asOfMs, stale, withNode = false, hidden = [], more }: StreamTableProps) {
  const now = useClock() ?? asOfMs;
  const [live, setLive] = useState<ReadonlyMap<number, LatestReading>>(new Map());
  useLatest(
    rows.slice(0, MAX_LIVE).map((row) => row.id),
    (readings) =>
      setLive(
        (before) => new Map([...before, ...readings.map((reading): [number, LatestReading] => [reading.id, reading])]),
      ),
  );
  return (
    <RowTable
      label="Streams"
      columns={COLUMNS.filter(({ title }) => (withNode || title !== "Node") && !isHidden(title, hidden))}
      shown={rows.length}
      matching={matching}
      stale={stale}
      more={more}
    >
      {rows.map((row) => (
        <StreamLine
          key={row.id}
          row={withReading(row, live.get(row.id), now)}
          now={now}
          withNode={withNode}
          hidden={hidden}
        />
      ))}
    </RowTable>
  );
}

function withReading(row: StreamRow, reading: LatestReading | undefined, now: number): StreamRow {
  const newest =
    reading && reading.tsMs > (row.lastMs ?? 0)
      ? { ...row, lastMs: reading.tsMs, value: reading.value, quality: qualityWord(reading.quality) }
      : row;
  return { ...newest, health: streamHealth(newest, now) };
}

interface StreamLineProps {
  row: StreamRow;
  now: number;
  withNode: boolean;
  hidden: readonly StreamColumn[];
}

function StreamLine({ row, now, withNode, hidden }: StreamLineProps) {
  const carry = useCarry();
  return (
    <tr>
      <td>
        <Link href={carry(`/streams/${row.id}`)} className={table.rowLink} data-row>
          {row.key}
        </Link>
        <span className={table.sub}>
          {row.device ?? "no device"}
          {row.plain ? ", plain" : ""}
        </span>
      </td>
      {withNode ? <td className={table.wideOnly}>{row.nodeId}</td> : null}
      {hidden.includes("quantity") ? null : (
        <td className={table.wideOnly}>{row.quantity ?? <span className="muted">not told</span>}</td>
      )}
      <td className={`${table.num} ${table.corner}`}>
        {row.value === null ? (
          <span className="muted">none</span>
        ) : (
          <span key={row.lastMs} className={table.flash}>
            {formatNumber(row.value)}
          </span>
        )}
        {row.unit ? <span className="muted"> {row.unit}</span> : null}
      </td>
      {hidden.includes("state") ? null : (
        <td className={table.wholeRow}>
          <StatusText status={row.health.status}>{row.health.reason}</StatusText>
        </td>
      )}
      {hidden.includes("rate") ? null : (
        <td className={`${table.num} ${table.wideOnly}`}>
          {row.rateHz === null ? <span className="muted">not told</span> : `${formatNumber(row.rateHz)} /s`}
        </td>
      )}
      {hidden.includes("age") ? null : (
        <td className={`${table.num} ${table.phoneOff}`}>
          {row.lastMs === null ? <span className="muted">never</span> : formatAge(now - row.lastMs)}
        </td>
      )}
    </tr>
  );
}
