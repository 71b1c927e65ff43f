"use client";
import { Meter } from "@/components/ui/meter";
import type { Column } from "@/components/ui/data-table";
import { isHidden, RowTable } from "@/components/ui/row-table";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatAge, formatBytes, formatOffset } from "@/server/fabric/domain/health";
import type { FleetRow } from "@/server/fabric/queries";
import { useClock } from "../../../_shell/refresh";
import { AcceptNode } from "./accept";
import { NodeCell } from "./node-cell";

/** Columns that can be hidden, as links name them. */
export const FLEET_COLUMNS = ["devices", "streams", "last-data", "buffer", "clock"] as const;
export type FleetColumn = (typeof FLEET_COLUMNS)[number];

interface FleetTableProps {
  rows: readonly FleetRow[];
  matching: number;
  /** When these rows were read; what their ages count from. */
  asOfMs: number;
  stale: boolean;
  hidden?: readonly FleetColumn[];
  more: (() => void) | null;
}

const COLUMNS: readonly Column[] = [
  { title: "Node" },
  { title: "Health" },
  { title: "Devices", isWideOnly: true },
  { title: "Streams", isNumber: true },
  { title: "Last data", isNumber: true },
  { title: "Buffer", isNumber: true, isWideOnly: true },
  { title: "Clock", isNumber: true, isWideOnly: true },
  { title: "Decision", isTitleHidden: true },
];

/** Nodes with their devices, the worst first. */
export function FleetTable({ rows, matching, asOfMs, stale, hidden = [], more }: FleetTableProps) {
  const now = useClock() ?? asOfMs;
  return (
    <RowTable
      label="Nodes"
      columns={COLUMNS.filter(({ title }) => !isHidden(title, hidden))}
      shown={rows.length}
      matching={matching}
      stale={stale}
      more={more}
    >
      {rows.map((row) => (
        <FleetLine key={row.id} row={row} now={now} hidden={hidden} />
      ))}
    </RowTable>
  );
}

function FleetLine({ row, now, hidden }: { row: FleetRow; now: number; hidden: readonly FleetColumn[] }) {
  const lastMs = row.lastBatchMs ?? row.plainStoredMs;
  const fill = row.bufferBytes !== null && row.bufferLimitBytes ? row.bufferBytes / row.bufferLimitBytes : null;
  const more = row.deviceCount - row.devices.length;
  return (
    <tr>
      <NodeCell node={row} />
      <td className={table.wholeRow}>
        <StatusText status={row.health.status}>{row.health.reason}</StatusText>
      </td>
      {hidden.includes("devices") ? null : (
        <td className={table.wideOnly}>
          {row.devices.length === 0 ? (
            <span className="muted">none</span>
          ) : (
            `${row.devices.join(", ")}${more > 0 ? ` and ${more} more` : ""}`
          )}
        </td>
      )}
      {hidden.includes("streams") ? null : (
        <td className={`${table.num} ${table.phoneOff}`}>
          {row.accepted}
          {row.proposed > 0 ? <span className={table.sub}>+{row.proposed} proposed</span> : null}
        </td>
      )}
      {hidden.includes("last-data") ? null : (
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
      )}
      {hidden.includes("buffer") ? null : (
        <td className={`${table.num} ${table.wideOnly}`}>
          {row.bufferBytes === null || fill === null ? (
            <span className="muted">not told</span>
          ) : (
            <Meter ratio={fill} label="Buffer" text={formatBytes(row.bufferBytes)} />
          )}
        </td>
      )}
      {hidden.includes("clock") ? null : (
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
      )}
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
