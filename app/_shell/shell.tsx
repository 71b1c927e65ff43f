"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState, type ReactNode } from "react";
import { Toaster } from "sonner";
import { useTRPC } from "../_trpc/client";
import { Appearance } from "./appearance";
import { GoKeys } from "./go-keys";
import { Mark } from "./mark";
import styles from "./shell.module.css";

interface Entry {
  href: string;
  label: string;
  under: readonly string[];
}

const RUN: readonly Entry[] = [
  { href: "/fleet", label: "Fleet", under: ["/fleet"] },
  { href: "/streams", label: "Explore", under: ["/streams"] },
];

/** Sidebar and page. Only what exists has an entry; on a phone the sidebar is a sheet behind the menu button. */
export function Shell({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const path = usePathname();
  const { data: waiting } = useQuery({ ...useTRPC().fleet.waiting.queryOptions(), refetchInterval: 30_000 });
  const entry = ({ href, label, under }: Entry, count?: number) => {
    const current = under.some((prefix) => path === prefix || (prefix !== "/" && path.startsWith(`${prefix}/`)));
    return (
      <li key={href}>
        <Link
          href={href}
          className={styles.entry}
          aria-current={current ? "page" : undefined}
          onClick={() => setOpen(false)}
        >
          {label}
          {count ? (
            <span className={styles.count}>
              {count > 999 ? "999+" : count}
              <span className="vh"> waiting</span>
            </span>
          ) : null}
        </Link>
      </li>
    );
  };
  return (
    <div className={styles.shell} data-open={open || undefined}>
      <a href="#main" className={styles.skip}>
        Skip to content
      </a>
      <div className={styles.phoneBar}>
        <Link href="/" className={styles.brand}>
          <Mark /> Throughline
        </Link>
        <button
          type="button"
          className={styles.menuButton}
          aria-expanded={open}
          aria-controls="sidebar"
          onClick={() => setOpen(!open)}
        >
          {open ? "Close" : "Menu"}
        </button>
      </div>
      <nav id="sidebar" className={styles.sidebar} aria-label="Main">
        <Link href="/" className={`${styles.brand} ${styles.brandWide}`}>
          <Mark /> Throughline
        </Link>
        <ul>{entry({ href: "/", label: "Home", under: ["/"] })}</ul>
        <p className={styles.group} id="nav-run">
          Run
        </p>
        <ul aria-labelledby="nav-run">{RUN.map((item) => entry(item))}</ul>
        <p className={styles.group} id="nav-inbox">
          Inbox
        </p>
        <ul aria-labelledby="nav-inbox">
          {entry(
            { href: "/inbox/quarantine", label: "Quarantine", under: ["/inbox/quarantine"] },
            waiting?.quarantined,
          )}
        </ul>
        <div className={styles.foot}>
          <Appearance />
        </div>
      </nav>
      <div className={styles.page}>{children}</div>
      <GoKeys />
      <Toaster position="bottom-right" toastOptions={{ className: styles.toast ?? "", unstyled: true }} />
    </div>
  );
}
