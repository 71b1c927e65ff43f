"use client";
import Link from "next/link";
import type { Column } from "@/components/ui/data-table";
import { RowTable } from "@/components/ui/row-table";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { standingOf } from "@/server/identity/domain/person-verdict";
import type { PersonRow } from "@/server/identity/people-queries";
import { useClock } from "../../../../_shell/refresh";
import { ROLE_WORDS } from "../../../../_shell/roles";

const COLUMNS: readonly Column[] = [
  { title: "Name" },
  { title: "Standing" },
  { title: "Roles" },
  { title: "Signs in with", isWideOnly: true },
  { title: "Sessions", isNumber: true, isWideOnly: true },
];

interface PeopleTableProps {
  rows: readonly PersonRow[];
  matching: number;
  asOfMs: number;
  stale: boolean;
  more: (() => void) | null;
}

/** One person a row; each leads to their page. */
export function PeopleTable({ rows, matching, asOfMs, stale, more }: PeopleTableProps) {
  const now = useClock() ?? asOfMs;
  return (
    <RowTable label="People" columns={COLUMNS} shown={rows.length} matching={matching} stale={stale} more={more}>
      {rows.map((row) => {
        const { status, says } = standingOf(row, now);
        return (
          <tr key={row.id}>
            <td>
              <Link href={`/admin/people/${row.id}`} className={table.rowLink} data-row>
                {row.name}
              </Link>
              <span className={table.sub}>{row.email}</span>
            </td>
            <td className={table.corner}>
              <StatusText status={status}>{says}</StatusText>
            </td>
            <td className={table.wholeRow}>
              {row.roles.length === 0 ? (
                <span className="muted">none</span>
              ) : (
                row.roles
                  .map(({ role, teamName }) => `${ROLE_WORDS[role]}${teamName ? `, ${teamName}` : ""}`)
                  .join("; ")
              )}
            </td>
            <td className={table.wideOnly}>
              {[row.hasPassword && "password", row.hasProvider && "identity provider"].filter(Boolean).join(", ") || (
                <span className="muted">no password yet</span>
              )}
            </td>
            <td className={`${table.num} ${table.wideOnly}`}>{row.sessions}</td>
          </tr>
        );
      })}
    </RowTable>
  );
}
