"use client";
import Link from "next/link";
import { useRef } from "react";
import { useRowKeys } from "@/components/ui/row-keys";
import { Sheet } from "@/components/ui/page";
import { StatusShape } from "@/components/ui/status";
import { formatAge } from "@/server/fabric/domain/health";
import type { Change, Need } from "@/server/home/domain/home";
import styles from "./home.module.css";

/** What asks for this person, the worst first. */
export function Needs({ needs }: { needs: readonly Need[] }) {
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <Sheet title="Needs you" aside={needs.length === 0 ? undefined : `${needs.length} shown, the worst first`} flush>
      {needs.length === 0 ? (
        <p className={styles.calm}>Nothing. What is known is connected, inside its limits and decided.</p>
      ) : (
        <ul ref={list}>
          {needs.map((need) => (
            <li key={`${need.href} ${need.title} ${need.why}`} className={styles.need}>
              <StatusShape status={need.status} />
              <span>
                <Link href={need.href} data-row>
                  {need.title}
                </Link>
                <span className={styles.why}>{need.why}</span>
              </span>
              <span className={styles.action} aria-hidden="true">
                {need.action}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}

/** What happened in the last day, newest first. */
export function Changes({ changes, nowMs }: { changes: readonly Change[]; nowMs: number }) {
  return (
    <Sheet title="What changed" aside="last 24 h" flush>
      {changes.length === 0 ? (
        <p className={styles.calm}>Nothing: no alarm, no node came or went, nothing was lost or accepted.</p>
      ) : (
        <ol>
          {changes.map((change, i) => (
            <li key={`${change.atMs} ${change.text} ${i}`} className={styles.change}>
              <StatusShape status={change.status} size={9} />
              <Link href={change.href}>{change.text}</Link>
              <time dateTime={new Date(change.atMs).toISOString()} className={styles.when}>
                {formatAge(Math.max(0, nowMs - change.atMs))} ago
              </time>
            </li>
          ))}
        </ol>
      )}
    </Sheet>
  );
}
