"use client";
import Link from "next/link";
import { useRef } from "react";
import { Button } from "@/components/ui/button";
import { Meter } from "@/components/ui/meter";
import { useRowKeys } from "@/components/ui/row-keys";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatAge, formatBytes, formatOffset } from "@/server/fabric/domain/health";
import type { FleetRow } from "@/server/fabric/queries";
import { useClock } from "../../../_shell/refresh";
import { AcceptNode } from "./accept";

interface FleetTableProps {
  rows: readonly FleetRow[];
  matching: number;
  /** When these rows were read; what their ages count from. */
  asOfMs: number;
  stale: boolean;
  more: (() => void) | null;
}

/** Nodes with their devices, the worst first. */
export function FleetTable({ rows, matching, asOfMs, stale, more }: FleetTableProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const now = useClock() ?? asOfMs;
  useRowKeys(body);
  return (
    <>
      <div className={`${table.scroll} ${stale ? table.dim : ""}`} tabIndex={0} role="region" aria-label="Nodes">
        <table className={`${table.table} ${table.cards}`}>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Health</th>
              <th scope="col" className={table.wideOnly}>
                Devices
              </th>
              <th scope="col" className={table.num}>
                Streams
              </th>
              <th scope="col" className={table.num}>
                Last data
              </th>
              <th scope="col" className={`${table.num} ${table.wideOnly}`}>
                Buffer
              </th>
              <th scope="col" className={`${table.num} ${table.wideOnly}`}>
                Clock
              </th>
              <th scope="col">
                <span className="vh">Decision</span>
              </th>
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((row) => (
              <FleetLine key={row.id} row={row} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      <div className={table.foot}>
        <span>
          {rows.length} of {matching} shown. Press <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>Enter</kbd> to open.
        </span>
        {more ? (
          <Button size="small" onClick={more}>
            Show more
          </Button>
        ) : null}
      </div>
    </>
  );
}

function FleetLine({ row, now }: { row: FleetRow; now: number }) {
  const lastMs = row.lastBatchMs ?? row.plainStoredMs;
  const fill = row.bufferBytes !== null && row.bufferLimitBytes ? row.bufferBytes / row.bufferLimitBytes : null;
  const more = row.deviceCount - row.devices.length;
  return (
    <tr>
      <td>
        <Link href={`/fleet/${row.id}`} className={table.rowLink} data-row>
          {row.name ?? row.id}
        </Link>
        <span className={table.sub}>
          {[row.name ? row.id : null, row.siteId].filter(Boolean).join(", ") || "no site"}
        </span>
      </td>
      <td className={table.wholeRow}>
        <StatusText status={row.health.status}>{row.health.reason}</StatusText>
      </td>
      <td className={table.wideOnly}>
        {row.devices.length === 0 ? (
          <span className="muted">none</span>
        ) : (
          `${row.devices.join(", ")}${more > 0 ? ` and ${more} more` : ""}`
        )}
      </td>
      <td className={`${table.num} ${table.phoneOff}`}>
        {row.accepted}
        {row.proposed > 0 ? <span className={table.sub}>+{row.proposed} proposed</span> : null}
      </td>
      <td className={`${table.num} ${table.corner}`}>
        {lastMs === null ? (
          <span className="muted">never</span>
        ) : (
          <>
            {formatAge(now - lastMs)}
            <span className={table.sub}>ago</span>
          </>
        )}
      </td>
      <td className={`${table.num} ${table.wideOnly}`}>
        {row.bufferBytes === null || fill === null ? (
          <span className="muted">not told</span>
        ) : (
          <Meter ratio={fill} label="Buffer" text={formatBytes(row.bufferBytes)} />
        )}
      </td>
      <td className={`${table.num} ${table.wideOnly}`}>
        {row.clockOffsetMs === null || row.clockSource === "none" ? (
          <span className="muted">not synchronised</span>
        ) : (
          <>
            {formatOffset(row.clockOffsetMs)}
            <span className={table.sub}>
              ± {row.clockErrorMs === null ? "?" : formatOffset(row.clockErrorMs).replace("+", "")},{" "}
              {row.clockSource?.toUpperCase() ?? "source not told"}
            </span>
          </>
        )}
      </td>
      <td className={`${table.num} ${table.wholeRow}`}>
        {row.status === "proposed" || row.proposed > 0 ? (
          <span className={table.above}>
            <AcceptNode node={row.id} proposed={row.status === "proposed"} streams={row.proposed} />
          </span>
        ) : null}
      </td>
    </tr>
  );
}
