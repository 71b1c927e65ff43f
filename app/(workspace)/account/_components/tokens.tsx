"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { NewToken, tokenTyped } from "@/components/access/new-token";
import { TokenTable } from "@/components/access/token-table";
import { Button } from "@/components/ui/button";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { trail } from "../../../_shell/registry";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";

/** Tokens with which this person's programs read the public API, as that person. */
export function Tokens() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const query = useQuery(trpc.me.tokens.queryOptions());
  const again = () => client.invalidateQueries({ queryKey: trpc.me.tokens.queryKey() });
  const create = useMutation(trpc.me.createToken.mutationOptions({ onSuccess: again }));
  const revoke = useMutation(trpc.me.revokeToken.mutationOptions({ onSettled: again }));
  const rows = query.data ?? [];
  return (
    <Page crumbs={trail("tokens")}>
      <Headline
        title={
          query.data
            ? rows.length === 0
              ? "No program acts for you"
              : `${rows.length} ${rows.length === 1 ? "token acts" : "tokens act"} for you`
            : "Your tokens"
        }
      >
        A program that sends one as <code>Authorization: Bearer tlp_…</code> may do what you may do at that moment.
      </Headline>
      <Sheet flush title="Tokens">
        <ListStates
          asked={query}
          failed="Your tokens could not be read."
          rows={2}
          isEmpty={rows.length === 0}
          empty={
            <Empty title="There is none yet">
              <p>Make one below for each program, so that you can take it away from that one alone.</p>
            </Empty>
          }
        >
          <TokenTable
            rows={rows}
            renderRevoke={(row) => (
              <Button
                size="small"
                disabled={revoke.isPending}
                onClick={() => revoke.mutate({ id: row.id })}
                aria-label={`Revoke ${row.name}`}
              >
                Revoke
              </Button>
            )}
          />
        </ListStates>
      </Sheet>
      <NewToken
        waits={create.isPending}
        refusal={refusalOf(create.error)}
        token={create.data?.token}
        onMake={(typed) => create.mutate(tokenTyped(typed))}
      />
    </Page>
  );
}
