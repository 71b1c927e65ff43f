"use client";
import { Failed, TableSkeleton } from "@/components/ui/states";
import { StatusText } from "@/components/ui/status";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import { formatAge, type Status } from "@/server/fabric/domain/health";
import { nextTurnMs } from "@/server/jobs/domain/cron";
import type { ScheduleRow } from "@/server/jobs/queries";
import styles from "./schedules.module.css";

interface SchedulesProps {
  rows: readonly ScheduleRow[] | null;
  failed: boolean;
  nowMs: number;
  onRetry: () => void;
}

/** What runs by the clock: when, what it did last and when it does so next. */
export function Schedules({ rows, failed, nowMs, onRetry }: SchedulesProps) {
  if (rows === null)
    return failed ? (
      <Failed what="The schedules could not be read." still="They run meanwhile." onRetry={onRetry} />
    ) : (
      <TableSkeleton rows={7} columns={4} />
    );
  return (
    <TableRegion label="Schedules">
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Schedule</th>
            <th scope="col">Last turn</th>
            <th scope="col">Result</th>
            <th scope="col">Next turn</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const { status, words } = lastTurn(row, nowMs);
            const next = nextTurnMs(row.cron, nowMs);
            return (
              <tr key={row.name}>
                <td>
                  <strong>{row.name}</strong>
                  <span className={table.sub}>
                    <code>{row.cron}</code>
                  </span>
                </td>
                <td>
                  <StatusText status={status}>{words}</StatusText>
                </td>
                <td className={styles.result}>{row.error ?? resultWords(row.result)}</td>
                <td>{next === null ? "never" : `in ${formatAge(next - nowMs)}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableRegion>
  );
}

function lastTurn({ startedMs, endedMs, ok }: ScheduleRow, nowMs: number): { status: Status; words: string } {
  if (startedMs === null)
    return { status: "unknown", words: "unknown, because it has not run since this release came" };
  if (endedMs === null) return { status: "ok", words: `running for ${formatAge(Math.max(0, nowMs - startedMs))}` };
  const ago = `${formatAge(Math.max(0, nowMs - endedMs))} ago`;
  return ok === false ? { status: "bad", words: `failed ${ago}` } : { status: "ok", words: ago };
}

function resultWords(result: unknown): string {
  if (typeof result !== "object" || result === null) return "";
  return Object.entries(result)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ");
}
