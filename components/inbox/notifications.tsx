import Link from "next/link";
import { formatAge, type Status } from "@/server/fabric/domain/health";
import { Button } from "../ui/button";
import { Empty, Failed, TableSkeleton } from "../ui/states";
import { StatusShape } from "../ui/status";
import styles from "./notifications.module.css";

/** Something that one person was told. `atMs` is epoch ms UTC. */
export interface NotificationView {
  id: string;
  status: Status;
  /** What is true, in a sentence. */
  title: string;
  detail: string | null;
  href: string | null;
  atMs: number;
  unread: boolean;
  /** How many times it was told since it was last read. */
  times: number;
}

interface NotificationsProps {
  items: readonly NotificationView[] | null;
  nowMs: number;
  failed: boolean;
  /** What is shown is older than it should be. */
  stale: boolean;
  onRetry: () => void;
  onRead: (ids: readonly string[]) => void;
  onOpen?: (item: NotificationView) => void;
  more: (() => void) | null;
}

/** What somebody was told, unread first in weight and newest first in order. */
export function Notifications({ items, nowMs, failed, stale, onRetry, onRead, onOpen, more }: NotificationsProps) {
  if (items === null)
    return failed ? (
      <Failed
        what="The notifications could not be read."
        still="Nothing is lost; they are kept until you read them."
        onRetry={onRetry}
      />
    ) : (
      <TableSkeleton rows={5} columns={2} />
    );
  if (items.length === 0)
    return (
      <Empty title="Nothing to read">
        <p>You are told here when something that you follow changes for the worse, or waits for you.</p>
      </Empty>
    );
  return (
    <div className={stale ? styles.stale : undefined}>
      {failed ? <Failed what="New notifications could not be read." onRetry={onRetry} /> : null}
      <ul>
        {items.map((item) => (
          <li key={item.id} className={styles.item} data-unread={item.unread || undefined}>
            <StatusShape status={item.status} />
            <div className={styles.words}>
              <p className={styles.title}>
                {item.unread ? <span className="vh">Unread: </span> : null}
                {item.href ? (
                  <Link
                    href={item.href}
                    data-row
                    onClick={() => {
                      if (item.unread) onRead([item.id]);
                      onOpen?.(item);
                    }}
                  >
                    {item.title}
                  </Link>
                ) : (
                  item.title
                )}
              </p>
              {item.detail ? <p className={styles.detail}>{item.detail}</p> : null}
            </div>
            <span className={styles.when}>
              {formatAge(Math.max(0, nowMs - item.atMs))} ago
              {item.times > 1 ? `, ${item.times} times` : ""}
            </span>
            {item.unread ? (
              <Button
                size="small"
                look="quiet"
                aria-label={`Mark “${item.title}” read`}
                onClick={() => onRead([item.id])}
              >
                Read
              </Button>
            ) : (
              <span />
            )}
          </li>
        ))}
      </ul>
      {more ? (
        <div className={styles.bar}>
          <Button size="small" onClick={more}>
            Show older
          </Button>
        </div>
      ) : null}
    </div>
  );
}
