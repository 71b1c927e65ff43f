"use client";
import { useInfiniteQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Failed, TableSkeleton } from "@/components/ui/states";
import { StatusShape, StatusText } from "@/components/ui/status";
import { AddNode } from "../fleet/_components/add-node";
import { Freshness, useRefresh } from "../../_shell/refresh";
import { useTRPC } from "../../_trpc/client";
import styles from "./home.module.css";
import { trail } from "../../_shell/registry";

const SHOWN = 6;

/** The verdict, what needs a look, and what waits for a decision. */
export function Home() {
  const { intervalMs, control } = useRefresh(5_000);
  const query = useInfiniteQuery({
    ...useTRPC().fleet.list.infiniteQueryOptions({}, { getNextPageParam: (page) => page.next, initialCursor: null }),
    refetchInterval: intervalMs,
  });
  const first = query.data?.pages[0];
  const wrong =
    first?.rows.filter((row) => row.health.status === "bad" || row.health.status === "watch").slice(0, SHOWN) ?? [];
  const facts = first?.facts;
  return (
    <Page
      crumbs={trail("home")}
      actions={
        <>
          {first ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError || query.isRefetchError} /> : null}
          {control}
        </>
      }
    >
      {first ? (
        <Headline title={first.verdict.title} shape={<StatusShape status={first.verdict.status} size={14} />}>
          {first.verdict.detail}
        </Headline>
      ) : (
        <Headline title="Throughline" />
      )}
      {query.isError && !first ? (
        <Sheet flush>
          <Failed
            what="The state of the plant could not be read."
            still="Devices keep sending and nothing is lost."
            onRetry={() => void query.refetch()}
          />
        </Sheet>
      ) : null}
      {query.isPending ? (
        <Sheet flush>
          <TableSkeleton rows={4} columns={3} />
        </Sheet>
      ) : null}
      {facts?.nodes === 0 ? (
        <Sheet flush>
          <AddNode />
        </Sheet>
      ) : null}
      {facts && facts.nodes > 0 ? (
        <div className={styles.grid}>
          <Sheet title="Needs a look" aside={<Link href="/fleet">All {facts.nodes} nodes</Link>} flush>
            {wrong.length === 0 ? (
              <p className={styles.calm}>Nothing. Every node that is known is connected and sending.</p>
            ) : (
              <ul>
                {wrong.map((row) => (
                  <li key={row.id} className={styles.row}>
                    <Link href={`/fleet/${row.id}`}>{row.name ?? row.id}</Link>
                    <StatusText status={row.health.status}>{row.health.reason}</StatusText>
                  </li>
                ))}
              </ul>
            )}
          </Sheet>
          <Sheet title="Waits for a decision" flush>
            <ul>
              <li className={styles.row}>
                <Link href="/fleet?show=proposed">Proposed nodes</Link>
                <span className="num">{facts.proposedNodes}</span>
              </li>
              <li className={styles.row}>
                <Link href="/streams?state=proposed">Proposed streams</Link>
                <span className="num">{facts.proposedStreams}</span>
              </li>
              <li className={styles.row}>
                <Link href="/inbox/quarantine">Messages in quarantine</Link>
                <span className="num">{facts.quarantined}</span>
              </li>
            </ul>
          </Sheet>
        </div>
      ) : null}
    </Page>
  );
}
