import { DataTable } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import table from "@/components/ui/table.module.css";
import type { AuditRow } from "@/server/audit/queries";
import styles from "./audit.module.css";

const COLUMNS = ["No.", "When", "Who", "What", "To what", "Change"].map((title) => ({ title }));

/** Rows of the audit log, the newest first. */
export function AuditTable({ rows, stale = false }: { rows: readonly AuditRow[]; stale?: boolean }) {
  return (
    <DataTable label="Audit log" columns={COLUMNS} stale={stale}>
      {rows.map((row) => (
        <tr key={row.n}>
          <td className={table.num}>{row.n}</td>
          <td className={table.nowrap}>
            <Moment ms={row.atMs} />
          </td>
          <td>
            {row.actorName}
            {row.actorKind === "user" ? null : <span className="muted"> {row.actorKind}</span>}
          </td>
          <td>
            <code>{row.action}</code>
          </td>
          <td className={styles.subject}>{row.subject}</td>
          <td>
            <Change before={row.before} after={row.after} />
          </td>
        </tr>
      ))}
    </DataTable>
  );
}

function Change({ before, after }: { before: unknown; after: unknown }) {
  if (before === null && after === null) return null;
  return (
    <details>
      <summary>Show</summary>
      <pre className={styles.change}>
        {JSON.stringify({ ...(before === null ? {} : { before }), ...(after === null ? {} : { after }) }, null, 1)}
      </pre>
    </details>
  );
}
