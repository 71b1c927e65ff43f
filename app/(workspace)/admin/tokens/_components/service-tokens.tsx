"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RevokeToken } from "@/components/access/revoke-token";
import { TokenTable } from "@/components/access/token-table";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { tokensVerdict } from "@/server/identity/domain/tokens-verdict";
import { useClock } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { ROLE_WORDS } from "../../../../_shell/roles";
import { ExportLink } from "../../../../_shell/views/list-actions";
import { useTRPC } from "../../../../_trpc/client";
import { NewServiceToken } from "./new-service-token";

/** Programs of the organisation, each with a role of its own. */
export function ServiceTokens() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const query = useQuery({ ...trpc.tokens.list.queryOptions(), refetchInterval: 30_000 });
  const revoke = useMutation(
    trpc.tokens.revoke.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: trpc.tokens.pathKey() }),
    }),
  );
  const rows = query.data ?? [];
  const now = useClock() ?? query.dataUpdatedAt;
  return (
    <Page crumbs={trail("service-tokens")} actions={<ExportLink list="service-tokens" />}>
      <Headline title={query.data ? tokensVerdict(rows, now) : "Service tokens"}>
        A program that sends one as <code>Authorization: Bearer tlp_…</code> acts with the role of the token, whoever
        comes and goes. <code>/api/v1/docs</code> says what it can ask for.
      </Headline>
      <Sheet flush title="Tokens">
        <ListStates
          asked={query}
          failed="The tokens could not be read."
          rows={3}
          isEmpty={rows.length === 0}
          empty={
            <Empty title="There is none yet">
              <p>Make one below for each program, so that you can take it away from that one alone.</p>
            </Empty>
          }
        >
          <TokenTable
            rows={rows}
            renderActsAs={({ role, teamName, createdBy }) => (
              <>
                {role ? ROLE_WORDS[role] : "its owner"}
                {teamName ? `, ${teamName}` : ""}
                <span className="muted"> made by {createdBy}</span>
              </>
            )}
            renderRevoke={(row) => <RevokeToken name={row.name} onConfirm={() => revoke.mutateAsync({ id: row.id })} />}
          />
        </ListStates>
      </Sheet>
      <NewServiceToken />
    </Page>
  );
}
