"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { textOf } from "@/components/ui/form-text";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty, Failed, TableSkeleton } from "@/components/ui/states";
import table from "@/components/ui/table.module.css";
import { trail } from "../../../_shell/registry";
import { useTRPC } from "../../../_trpc/client";
import styles from "./account.module.css";
import { Moment } from "./moment";

/** Tokens with which this person's programs read the public API, as that person. */
export function Tokens() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const id = useId();
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
        {query.isPending ? <TableSkeleton rows={2} columns={4} /> : null}
        {query.isError ? (
          <Failed
            what="Your tokens could not be read."
            detail={query.error.message}
            onRetry={() => void query.refetch()}
          />
        ) : null}
        {query.data && rows.length === 0 ? (
          <Empty title="There is none yet">
            <p>Make one below for each program, so that you can take it away from that one alone.</p>
          </Empty>
        ) : null}
        {rows.length > 0 ? (
          <div className={table.scroll} tabIndex={0} role="region" aria-label="Tokens">
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Begins with</th>
                  <th scope="col">May</th>
                  <th scope="col">Ends</th>
                  <th scope="col">Last used</th>
                  <th scope="col">
                    <span className="vh">Revoke</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <td>{row.name}</td>
                    <td>
                      <code>{row.hint}…</code>
                    </td>
                    <td>{row.access === "read" ? "read" : "read and change"}</td>
                    <td>
                      <Moment ms={row.expiresMs} />
                    </td>
                    <td>
                      {row.lastUsedMs === null ? (
                        <span className={styles.muted}>never</span>
                      ) : (
                        <Moment ms={row.lastUsedMs} />
                      )}
                    </td>
                    <td>
                      <Button
                        size="small"
                        disabled={revoke.isPending}
                        onClick={() => revoke.mutate({ id: row.id })}
                        aria-label={`Revoke ${row.name}`}
                      >
                        Revoke
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : null}
      </Sheet>
      <Sheet title="A new token">
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            const typed = new FormData(event.currentTarget);
            const access = typed.get("access") === "write" ? "write" : "read";
            create.mutate({ name: textOf(typed, "name"), access, days: Number(typed.get("days")) });
          }}
        >
          <label htmlFor={`${id}name`}>What is it for?</label>
          <input id={`${id}name`} name="name" required maxLength={100} autoComplete="off" />
          <label htmlFor={`${id}access`}>It may</label>
          <select id={`${id}access`} name="access">
            <option value="read">read</option>
            <option value="write">read and change</option>
          </select>
          <label htmlFor={`${id}days`}>Days until it ends</label>
          <input id={`${id}days`} name="days" type="number" min={1} max={366} defaultValue={90} required />
          {create.error ? (
            <p role="alert" className={styles.refused}>
              {create.error.message}
            </p>
          ) : null}
          <div>
            <Button type="submit" look="primary" disabled={create.isPending}>
              Make the token
            </Button>
          </div>
        </form>
        {create.data ? (
          <div role="status">
            <p className={styles.said}>It is shown this once. Keep it where the program finds it and nobody else.</p>
            <code className={styles.secret}>{create.data.token}</code>
          </div>
        ) : null}
      </Sheet>
    </Page>
  );
}
