"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RevokeToken } from "@/components/access/revoke-token";
import { TokenTable } from "@/components/access/token-table";
import { ListStates } from "@/components/ui/list-states";
import { Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { useTRPC } from "../../../../../_trpc/client";

/** Tokens that act for somebody; each can be taken away. */
export function Tokens({ userId, name }: { userId: string; name: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const query = useQuery(trpc.people.tokens.queryOptions({ userId }));
  const revoke = useMutation(
    trpc.people.revokeToken.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.people.pathKey() }),
    }),
  );
  const rows = query.data ?? [];
  return (
    <Sheet title="Tokens" flush>
      <ListStates
        asked={query}
        failed="The tokens could not be read."
        rows={2}
        isEmpty={rows.length === 0}
        empty={<Empty title={`No program acts for ${name}`} />}
      >
        <TokenTable
          rows={rows}
          renderRevoke={(row) => (
            <RevokeToken name={row.name} onConfirm={() => revoke.mutateAsync({ userId, id: row.id })} />
          )}
        />
      </ListStates>
    </Sheet>
  );
}
