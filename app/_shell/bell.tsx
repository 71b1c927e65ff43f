"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "../_trpc/client";
import styles from "./shell.module.css";

/** The way to the notifications where the sidebar is out of sight, with how many are unread. */
export function Bell() {
  const { data: unread = 0 } = useQuery({ ...useTRPC().inbox.unread.queryOptions(), refetchInterval: 60_000 });
  return (
    <Link
      href="/inbox/notifications"
      className={styles.bell}
      aria-label={unread === 0 ? "Notifications" : `Notifications, ${unread} unread`}
    >
      <svg
        width="18"
        height="18"
        viewBox="0 0 18 18"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        aria-hidden="true"
      >
        <path d="M4 13V8a5 5 0 0 1 10 0v5l1.5 1.5h-13z" strokeLinejoin="round" />
        <path d="M7.5 16.2h3" strokeLinecap="round" />
      </svg>
      {unread > 0 ? <span className={styles.count}>{unread > 99 ? "99+" : unread}</span> : null}
    </Link>
  );
}
