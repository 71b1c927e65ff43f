"use client";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Sheet } from "@/components/ui/page";
import { Empty, Failed, TableSkeleton } from "@/components/ui/states";
import { TableRegion } from "@/components/ui/table-region";
import table from "@/components/ui/table.module.css";
import { formatBytes } from "@/server/fabric/domain/health";
import { daysProblem, KEPT_RULES } from "@/server/system/domain/retention";
import type { RetentionRow } from "@/server/system/queries";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import styles from "./system.module.css";

/** How long things are kept, what is due, and the way to change it, with what that would delete. */
export function Retention() {
  const query = useQuery(useTRPC().system.retention.queryOptions());
  const viewer = useViewer();
  const may = viewer?.can["system.manage"] === true;
  return (
    <Sheet flush title="Retention" id="retention">
      {query.isPending ? <TableSkeleton rows={7} columns={3} /> : null}
      {query.isError && !query.data ? (
        <Failed what="The times could not be read." detail={query.error.message} onRetry={() => void query.refetch()} />
      ) : null}
      {query.data?.length === 0 ? (
        <Empty title="Unknown, because no jobs process has started yet">
          <p>It notes the times that it was started with; then they can be changed here.</p>
        </Empty>
      ) : null}
      {query.data && query.data.length > 0 ? (
        <TableRegion label="Retention">
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Kept for</th>
                <th scope="col">Due now</th>
              </tr>
            </thead>
            <tbody>
              {query.data.map((row) => (
                <tr key={row.what}>
                  <td>
                    <strong>{KEPT_RULES[row.what].label}</strong>
                    <span className={table.sub}>{KEPT_RULES[row.what].says}</span>
                  </td>
                  <td>
                    {may ? <Days row={row} /> : `${row.days} days`}
                    <span className={table.sub}>
                      {row.changedBy === null ? "as it was started" : `set by ${row.changedBy}`}
                    </span>
                  </td>
                  <td>{dueWords(row, row.due, row.dueBytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      ) : null}
    </Sheet>
  );
}

/** Days to type; once they are others, what that would delete, and only then the way to keep them. */
function Days({ row }: { row: RetentionRow }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null ? row.days : typed.trim() === "" ? null : Number(typed);
  const problem = daysProblem(read);
  const days = read === null || problem !== null ? row.days : read;
  const changed = typed !== null && days !== row.days;
  const input = { what: row.what, days };
  const preview = useQuery({
    ...trpc.system.previewRetention.queryOptions(input),
    enabled: changed,
    placeholderData: keepPreviousData,
  });
  const save = useMutation(
    trpc.system.setRetention.mutationOptions({
      onSuccess: () => {
        setTyped(null);
        toast(`${KEPT_RULES[row.what].label}: kept for ${input.days} days from the next turn on`);
        return client.invalidateQueries({ queryKey: trpc.system.retention.queryKey() });
      },
      onError: ({ message }) => toast(message),
    }),
  );
  const { label } = KEPT_RULES[row.what];
  return (
    <form
      className={styles.days}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && preview.data) save.mutate(input);
      }}
    >
      <input
        inputMode="numeric"
        aria-label={`${label}: days`}
        aria-invalid={problem !== null}
        aria-describedby={`${row.what}-says`}
        value={typed ?? String(row.days)}
        onChange={(event) => setTyped(event.target.value)}
      />{" "}
      days
      {changed ? (
        <>
          <Button type="submit" size="small" disabled={save.isPending || !preview.data}>
            Keep so
          </Button>
          <Button size="small" look="quiet" onClick={() => setTyped(null)}>
            Back
          </Button>
        </>
      ) : null}
      <span id={`${row.what}-says`} role="status" className={problem ? styles.refused : undefined}>
        {problem ??
          (changed && preview.data
            ? `The next turn would delete ${dueWords(row, preview.data.due, preview.data.dueBytes)}.`
            : "")}
      </span>
    </form>
  );
}

function dueWords({ what }: RetentionRow, due: number, bytes: number | null): string {
  if (due === 0) return "nothing";
  const size = bytes === null ? "" : `, ${formatBytes(bytes)}`;
  return `${new Intl.NumberFormat("en-GB").format(due)} ${KEPT_RULES[what].counted}${size}`;
}
