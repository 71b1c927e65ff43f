"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { toast } from "sonner";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { Failed } from "@/components/ui/states";
import table from "@/components/ui/table.module.css";
import { formatMoney } from "@/server/value/domain/money-words";
import type { PlanTask } from "@/server/value/plan-queries";
import { useViewer } from "../../../_shell/viewer";
import { useTRPC } from "../../../_trpc/client";

/** What adopted plans still have to get: of one plan, or for one use case. Nothing at all where there is nothing. */
export function PlanTasks({
  planId = null,
  useCaseId = null,
  currency,
}: {
  planId?: string | null;
  useCaseId?: string | null;
  currency: string;
}) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const asked = useQuery(trpc.plan.tasks.queryOptions({ planId, useCaseId }));
  const mayTick = useViewer()?.can["value.estimate"] === true;
  const set = useMutation(
    trpc.plan.setTask.mutationOptions({
      onError: ({ message }) => void toast(message),
      onSettled: () => client.invalidateQueries({ queryKey: trpc.plan.tasks.pathKey() }),
    }),
  );
  // What was just ticked is shown ticked until the answer is there.
  const ticked = set.isPending ? set.variables : null;
  if (asked.isError && !asked.data)
    return <Failed what="The tasks of the plan could not be read." onRetry={() => void asked.refetch()} />;
  const tasks = asked.data ?? [];
  if (tasks.length === 0) return null;
  const open = tasks.filter(({ doneMs }) => doneMs === null).length;
  return (
    <Sheet title="To do for the plan" aside={open === 0 ? "all done" : `${open} of ${tasks.length} open`} flush>
      <DataTable
        label="To do for the plan"
        columns={[{ title: "Done" }, { title: "Task" }, { title: "For" }, { title: "Price", isNumber: true }]}
      >
        {tasks.map((task) => (
          <tr key={task.id}>
            <td>
              <input
                type="checkbox"
                aria-label={`Done: ${task.title}`}
                checked={ticked?.id === task.id ? ticked.isDone : task.doneMs !== null}
                disabled={!mayTick || set.isPending}
                onChange={({ target }) => set.mutate({ id: task.id, isDone: target.checked })}
              />
            </td>
            <td>
              {task.title}
              <span className={table.sub}>
                {[task.label, task.doneByName === null ? null : `done by ${task.doneByName}`]
                  .filter(Boolean)
                  .join(", ")}
              </span>
            </td>
            <td>
              <For task={task} />
            </td>
            <td className={table.num}>{formatMoney(task.costCents, currency)}</td>
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}

function For({ task: { useCases } }: { task: PlanTask }) {
  return useCases.map(({ id, title }, index) => (
    <span key={id}>
      {index > 0 ? ", " : ""}
      <Link href={`/portfolio/${id}`}>{title}</Link>
    </span>
  ));
}
