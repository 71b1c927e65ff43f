"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { SessionTable } from "@/components/access/session-table";
import { Button } from "@/components/ui/button";
import forms from "@/components/ui/form.module.css";
import { ListStates } from "@/components/ui/list-states";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { trail } from "../../../_shell/registry";
import { useTRPC } from "../../../_trpc/client";
import { PasswordForm } from "./password-form";

/** Where this person is signed in, with the way to end each session. */
export function Sessions() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const query = useQuery({ ...trpc.me.sessions.queryOptions(), refetchInterval: 30_000 });
  const again = () => client.invalidateQueries({ queryKey: trpc.me.sessions.queryKey() });
  const end = useMutation(trpc.me.endSession.mutationOptions({ onSettled: again }));
  const endOthers = useMutation(trpc.me.endOtherSessions.mutationOptions({ onSettled: again }));
  const rows = query.data ?? [];
  const others = rows.filter(({ isThis }) => !isThis).length;
  const refused = end.error ?? endOthers.error;
  return (
    <Page crumbs={trail("sessions")}>
      <Headline
        title={
          query.data
            ? others === 0
              ? "You are signed in here only"
              : `You are signed in here and in ${others} other ${others === 1 ? "place" : "places"}`
            : "Your sessions"
        }
      >
        A session that you end opens nothing any more, from its next request on.
      </Headline>
      <Sheet
        flush
        title="Sessions"
        aside={
          others > 0 ? (
            <Button size="small" disabled={endOthers.isPending} onClick={() => endOthers.mutate()}>
              End all others
            </Button>
          ) : null
        }
      >
        {refused ? (
          <p role="alert" className={forms.refusal}>
            {refused.message}
          </p>
        ) : null}
        <ListStates
          asked={query}
          failed="Your sessions could not be read."
          rows={3}
          isEmpty={rows.length === 0}
          empty={<Empty title="You are signed in nowhere" />}
        >
          <SessionTable
            rows={rows}
            renderEnd={(row) => (
              <Button size="small" disabled={end.isPending} onClick={() => end.mutate({ id: row.id })}>
                End
              </Button>
            )}
          />
        </ListStates>
      </Sheet>
      <PasswordForm onChanged={() => void again()} />
    </Page>
  );
}
