import { DataTable } from "@/components/ui/data-table";
import { Moment } from "@/components/ui/moment";
import { Sheet } from "@/components/ui/page";
import type { HistoryRow } from "@/server/value/history-queries";
import { historyWords } from "@/server/value/domain/history-words";

/** Everything that was decided about it, the newest first, as the audit log has it. */
export function History({ history }: { history: readonly HistoryRow[] }) {
  return (
    <Sheet title="History" flush>
      <DataTable label="History" columns={[{ title: "When" }, { title: "Who" }, { title: "What" }]}>
        {history.map(({ n, atMs, who, action, after }) => (
          <tr key={n}>
            <td>
              <Moment ms={atMs} />
            </td>
            <td>{who}</td>
            <td>{historyWords(action, after)}</td>
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}
