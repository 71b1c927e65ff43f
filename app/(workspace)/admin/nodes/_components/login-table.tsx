"use client";
import type { Column } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import { RowTable } from "@/components/ui/row-table";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatAge } from "@/server/fabric/domain/health";
import { loginState } from "@/server/fabric/domain/node-login-verdict";
import type { NodeLogin } from "@/server/fabric/node-queries";
import { useClock } from "../../../../_shell/refresh";
import { NodeCell } from "../../../fleet/_components/node-cell";
import { LoginActs } from "./login-acts";

const COLUMNS: readonly Column[] = [
  { title: "Node" },
  { title: "Login" },
  { title: "Team" },
  { title: "Given", isWideOnly: true },
  { title: "Last seen", isNumber: true },
  { title: "Change", isTitleHidden: true },
];

interface LoginTableProps {
  rows: readonly NodeLogin[];
  matching: number;
  asOfMs: number;
  stale: boolean;
  more: (() => void) | null;
}

/** One node a row, with what can be done to its login. */
export function LoginTable({ rows, matching, asOfMs, stale, more }: LoginTableProps) {
  const now = useClock() ?? asOfMs;
  return (
    <RowTable label="Node logins" columns={COLUMNS} shown={rows.length} matching={matching} stale={stale} more={more}>
      {rows.map((row) => {
        const { status, says } = loginState(row);
        return (
          <tr key={row.id}>
            <NodeCell node={row} />
            <td className={table.wholeRow}>
              <StatusText status={status}>{says}</StatusText>
            </td>
            <td className={table.phoneOff}>{row.teamName}</td>
            <td className={table.wideOnly}>
              {row.loginSetMs === null ? <span className="muted">never</span> : <Moment ms={row.loginSetMs} />}
            </td>
            <td className={`${table.num} ${table.corner}`}>
              {row.lastSeenMs === null ? (
                <span className="muted">never</span>
              ) : (
                `${formatAge(Math.max(0, now - row.lastSeenMs))} ago`
              )}
            </td>
            <td className={`${table.num} ${table.wholeRow}`}>
              <span className={table.above}>
                <LoginActs node={row} />
              </span>
            </td>
          </tr>
        );
      })}
    </RowTable>
  );
}
