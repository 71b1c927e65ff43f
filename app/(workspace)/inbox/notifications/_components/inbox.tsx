"use client";
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { toast } from "sonner";
import { Notifications } from "@/components/inbox/notifications";
import { Button } from "@/components/ui/button";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { Empty } from "@/components/ui/states";
import { Freshness, useClock, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useTRPC } from "../../../../_trpc/client";
import styles from "./inbox.module.css";

const SHOWN = ["all", "unread"] as const;
const UNDO_MS = 8_000;

/** What this person was told, with what is still unread. */
export function Inbox() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [show, setShow] = useQueryState("show", parseAsStringLiteral(SHOWN).withDefault("all"));
  const { intervalMs, control } = useRefresh(60_000);
  const now = useClock();
  const query = useInfiniteQuery({
    ...trpc.inbox.list.infiniteQueryOptions({ show }, { getNextPageParam: (page) => page.next, initialCursor: null }),
    placeholderData: keepPreviousData,
    refetchInterval: intervalMs,
  });
  const again = () => client.invalidateQueries({ queryKey: trpc.inbox.pathKey() });
  const failed = ({ message }: { message: string }) => toast(message);
  const unmark = useMutation(trpc.inbox.markUnread.mutationOptions({ onSettled: again, onError: failed }));
  const offerUndo = (ids: number[]) => {
    if (ids.length === 0) return;
    toast(ids.length === 1 ? "Marked read" : `${ids.length} marked read`, {
      duration: UNDO_MS,
      action: { label: "Undo", onClick: () => unmark.mutate({ ids }) },
    });
  };
  const mark = useMutation(trpc.inbox.markRead.mutationOptions({ onSettled: again, onError: failed }));
  const markAll = useMutation(
    trpc.inbox.markAllRead.mutationOptions({ onSettled: again, onError: failed, onSuccess: offerUndo }),
  );
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  const unread = query.data?.pages[0]?.unread ?? 0;
  const newest = rows[0];
  const title = query.data
    ? unread === 0
      ? "You have read everything"
      : `${unread} ${unread === 1 ? "notification waits" : "notifications wait"} for you`
    : "Notifications";
  return (
    <Page
      crumbs={trail("notifications")}
      actions={
        <>
          {query.data ? <Freshness asOfMs={query.dataUpdatedAt} failed={query.isError} staleAfterMs={180_000} /> : null}
          {control}
        </>
      }
    >
      <Headline title={title}>
        What you started, what waits for you, and what happened to your account. New ones arrive by themselves.
      </Headline>
      <Sheet flush>
        <div className={styles.bar}>
          <div role="group" aria-label="Which" className={styles.chips}>
            {SHOWN.map((value) => (
              <Button
                key={value}
                size="small"
                look={value === show ? "plain" : "quiet"}
                aria-pressed={value === show}
                onClick={() => void setShow(value)}
              >
                {value === "all" ? "All" : `Unread${unread > 0 ? ` ${unread}` : ""}`}
              </Button>
            ))}
          </div>
          {unread > 0 && newest ? (
            <Button size="small" disabled={markAll.isPending} onClick={() => markAll.mutate({ upTo: newest.atMs + 1 })}>
              Mark all read
            </Button>
          ) : null}
        </div>
        {show === "unread" && query.data && rows.length === 0 ? (
          <Empty title="Nothing is unread">
            <Button onClick={() => void setShow("all")}>Show what you have read</Button>
          </Empty>
        ) : (
          <Notifications
            items={query.data ? rows.map((row) => ({ ...row, id: String(row.id) })) : null}
            nowMs={now ?? query.dataUpdatedAt}
            failed={query.isError}
            stale={query.isPlaceholderData}
            onRetry={() => void query.refetch()}
            onRead={(ids) => mark.mutate({ ids: ids.map(Number) })}
            more={query.hasNextPage ? () => void query.fetchNextPage() : null}
          />
        )}
      </Sheet>
    </Page>
  );
}
