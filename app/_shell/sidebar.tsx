"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTRPC } from "../_trpc/client";
import { useCarry } from "./carry";
import { useCommands } from "./commands";
import { JobTray } from "./job-tray";
import { LiveBadge } from "./live-badge";
import { Mark } from "./mark";
import { pageOf, sidebarFor, type CountName, type PageEntry } from "./registry";
import { ScopeSwitch } from "./scope-switch";
import { useViewer } from "./viewer";
import { You } from "./you";
import styles from "./shell.module.css";

/** Pages of this person by group, made from the registry. `onLeave` closes it on a phone. */
export function Sidebar({ onLeave }: { onLeave: () => void }) {
  const reader = useViewer();
  const current = pageOf(usePathname());
  const { act } = useCommands();
  const trpc = useTRPC();
  const { data: waiting } = useQuery({ ...trpc.fleet.waiting.queryOptions(), refetchInterval: 30_000 });
  const { data: unread } = useQuery({ ...trpc.inbox.unread.queryOptions(), refetchInterval: 60_000 });
  const counts: Partial<Record<CountName, number>> = { quarantined: waiting?.quarantined, unread };
  return (
    <nav id="sidebar" className={styles.sidebar} aria-label="Main">
      <Link href="/" className={`${styles.brand} ${styles.brandWide}`}>
        <Mark /> Throughline
      </Link>
      <ScopeSwitch />
      <button
        type="button"
        className={styles.search}
        onClick={() => {
          onLeave();
          act("palette");
        }}
      >
        Search <kbd>Ctrl K</kbd>
      </button>
      {sidebarFor(reader).map(({ label, pages }) => (
        <div key={label}>
          {label === "" ? null : (
            <p className={styles.group} id={`nav-${label}`}>
              {label}
            </p>
          )}
          <ul aria-labelledby={label === "" ? undefined : `nav-${label}`}>
            {pages.map((page) => (
              <Entry
                key={page.id}
                page={page}
                current={page.id === current?.id}
                count={page.count === undefined ? undefined : counts[page.count]}
                onLeave={onLeave}
              />
            ))}
          </ul>
        </div>
      ))}
      <div className={styles.foot}>
        <JobTray onLeave={onLeave} />
        <LiveBadge />
        <You onLeave={onLeave} />
      </div>
    </nav>
  );
}

interface EntryProps {
  page: PageEntry;
  current: boolean;
  count: number | undefined;
  onLeave: () => void;
}

function Entry({ page, current, count, onLeave }: EntryProps) {
  const carry = useCarry();
  return (
    <li>
      <Link
        href={carry(page.href)}
        className={styles.entry}
        aria-current={current ? "page" : undefined}
        onClick={onLeave}
      >
        {page.label}
        {count ? (
          <span className={styles.count}>
            {count > 999 ? "999+" : count}
            <span className="vh"> {page.count === "unread" ? "unread" : "waiting"}</span>
          </span>
        ) : null}
      </Link>
    </li>
  );
}
