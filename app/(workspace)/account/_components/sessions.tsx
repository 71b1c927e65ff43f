"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Failed, TableSkeleton } from "@/components/ui/states";
import table from "@/components/ui/table.module.css";
import { trail } from "../../../_shell/registry";
import { useTRPC } from "../../../_trpc/client";
import styles from "./account.module.css";
import { Moment } from "./moment";
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
        {query.isPending ? <TableSkeleton rows={3} columns={4} /> : null}
        {query.isError ? (
          <Failed
            what="Your sessions could not be read."
            detail={query.error.message}
            onRetry={() => void query.refetch()}
          />
        ) : null}
        {refused ? (
          <p role="alert" className={styles.refused}>
            {refused.message}
          </p>
        ) : null}
        {rows.length > 0 ? (
          <div className={table.scroll} tabIndex={0} role="region" aria-label="Sessions">
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">Browser</th>
                  <th scope="col">From</th>
                  <th scope="col">Since</th>
                  <th scope="col">Last seen</th>
                  <th scope="col">
                    <span className="vh">End</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <td className={styles.agent}>
                      {row.isThis ? <strong>This one</strong> : (row.userAgent ?? "unknown")}
                    </td>
                    <td>{row.ip ?? "unknown"}</td>
                    <td>
                      <Moment ms={row.startedMs} />
                    </td>
                    <td>
                      <Moment ms={row.lastSeenMs} />
                    </td>
                    <td>
                      {row.isThis ? null : (
                        <Button size="small" disabled={end.isPending} onClick={() => end.mutate({ id: row.id })}>
                          End
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : null}
      </Sheet>
      <PasswordForm onChanged={() => void again()} />
    </Page>
  );
}
