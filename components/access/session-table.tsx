import type { ReactNode } from "react";
import { DataTable } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import type { OwnSession } from "@/server/identity/queries";
import styles from "./access.module.css";

const COLUMNS = [
  { title: "Browser" },
  { title: "From" },
  { title: "Since" },
  { title: "Last seen" },
  { title: "End", isTitleHidden: true },
];

/** Where somebody is signed in; `renderEnd` draws what ends a session that is not the one this page is read in. */
export function SessionTable({
  rows,
  renderEnd,
}: {
  rows: readonly OwnSession[];
  renderEnd: (row: OwnSession) => ReactNode;
}) {
  return (
    <DataTable label="Sessions" columns={COLUMNS}>
      {rows.map((row) => (
        <tr key={row.id}>
          <td className={styles.agent}>{row.isThis ? <strong>This one</strong> : (row.userAgent ?? "unknown")}</td>
          <td>{row.ip ?? "unknown"}</td>
          <td>
            <Moment ms={row.startedMs} />
          </td>
          <td>
            <Moment ms={row.lastSeenMs} />
          </td>
          <td>{row.isThis ? null : renderEnd(row)}</td>
        </tr>
      ))}
    </DataTable>
  );
}
