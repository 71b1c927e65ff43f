import type { ReactNode } from "react";
import { type Column, DataTable } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import type { TokenRow } from "@/server/identity/queries";

const FIRST: readonly Column[] = [{ title: "Name" }, { title: "Begins with" }];
const LAST: readonly Column[] = [
  { title: "May" },
  { title: "Ends" },
  { title: "Last used" },
  { title: "Revoke", isTitleHidden: true },
];

interface TokenTableProps {
  rows: readonly TokenRow[];
  /** Draws as whom it acts, for tokens with a role of their own. */
  renderActsAs?: (row: TokenRow) => ReactNode;
  renderRevoke: (row: TokenRow) => ReactNode;
}

/** Tokens of programs, with what each may do and when it was last used. */
export function TokenTable({ rows, renderActsAs, renderRevoke }: TokenTableProps) {
  return (
    <DataTable label="Tokens" columns={renderActsAs ? [...FIRST, { title: "Acts as" }, ...LAST] : [...FIRST, ...LAST]}>
      {rows.map((row) => (
        <tr key={row.id}>
          <td>{row.name}</td>
          <td>
            <code>{row.hint}…</code>
          </td>
          {renderActsAs ? <td>{renderActsAs(row)}</td> : null}
          <td>{row.access === "read" ? "read" : "read and change"}</td>
          <td>
            <Moment ms={row.expiresMs} />
          </td>
          <td>{row.lastUsedMs === null ? <span className="muted">never</span> : <Moment ms={row.lastUsedMs} />}</td>
          <td>{renderRevoke(row)}</td>
        </tr>
      ))}
    </DataTable>
  );
}
