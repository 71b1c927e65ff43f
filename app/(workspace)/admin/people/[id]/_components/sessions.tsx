"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { SessionTable } from "@/components/access/session-table";
import { Button } from "@/components/ui/button";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { ListStates } from "@/components/ui/list-states";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { useTRPC } from "../../../../../_trpc/client";

/** Where somebody is signed in, each with its end. */
export function Sessions({ userId, name }: { userId: string; name: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const query = useQuery({ ...trpc.people.sessions.queryOptions({ userId }), refetchInterval: 30_000 });
  const again = {
    onSettled: () => client.invalidateQueries({ queryKey: trpc.people.pathKey() }),
    onError: (cause: { message: string }) => toast(cause.message),
  };
  const end = useMutation(trpc.people.endSession.mutationOptions(again));
  const endAll = useMutation(trpc.people.endSessions.mutationOptions(again));
  const rows = query.data ?? [];
  return (
    <Sheet
      title="Sessions"
      flush
      aside={
        rows.length > 1 ? (
          <ConfirmButton
            label="End all"
            title={`Sign ${name} out everywhere?`}
            verb="End all"
            does={
              <p>
                {rows.length} sessions end with their next request. They may sign in again; to keep them out, disable
                them.
              </p>
            }
            onConfirm={() => endAll.mutateAsync({ userId })}
          />
        ) : null
      }
    >
      <ListStates
        asked={query}
        failed="The sessions could not be read."
        rows={2}
        isEmpty={rows.length === 0}
        empty={<Empty title="They are signed in nowhere" />}
      >
        <SessionTable
          rows={rows}
          renderEnd={(row) => (
            <Button size="small" disabled={end.isPending} onClick={() => end.mutate({ userId, id: row.id })}>
              End
            </Button>
          )}
        />
      </ListStates>
    </Sheet>
  );
}
