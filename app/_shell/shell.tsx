"use client";
import Link from "next/link";
import { useEffect, useState, type ReactNode } from "react";
import { Toaster } from "sonner";
import { Bell } from "./bell";
import { CommandsProvider, useCommands } from "./commands";
import { compactRows } from "./density";
import { useKiosk } from "./kiosk";
import { Mark } from "./mark";
import { Sidebar } from "./sidebar";
import { useViewer } from "./viewer";
import styles from "./shell.module.css";

/** Sidebar and page; on a phone the sidebar is a sheet behind the menu button, and in kiosk mode there is only the page. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <CommandsProvider>
      <Frame>{children}</Frame>
      <Toaster position="bottom-right" toastOptions={{ className: styles.toast ?? "", unstyled: true }} />
    </CommandsProvider>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const { act } = useCommands();
  const { kiosk, toggle } = useKiosk();
  const compact = compactRows.useIsChosen(false);
  useEffect(() => {
    document.documentElement.dataset.density = compact ? "compact" : "normal";
  }, [compact]);
  const close = () => setOpen(false);
  if (kiosk)
    return (
      <div className={styles.kiosk}>
        <DemoBanner />
        {children}
        <button type="button" className={styles.leaveKiosk} onClick={toggle}>
          Leave kiosk mode
        </button>
      </div>
    );
  return (
    <div className={styles.shell} data-open={open || undefined}>
      <a href="#main" className={styles.skip}>
        Skip to content
      </a>
      <div className={styles.phoneBar}>
        <Link href="/" className={styles.brand}>
          <Mark /> Throughline
        </Link>
        <span className={styles.phoneActs}>
          <Bell />
          <button type="button" className={styles.menuButton} onClick={() => act("palette")}>
            Search
          </button>
          <button
            type="button"
            className={styles.menuButton}
            aria-expanded={open}
            aria-controls="sidebar"
            onClick={() => setOpen(!open)}
          >
            {open ? "Close" : "Menu"}
          </button>
        </span>
      </div>
      <Sidebar onLeave={close} />
      <div className={styles.page}>
        <DemoBanner />
        {children}
      </div>
    </div>
  );
}

/** What is made up says so on every page, on a wall too. */
function DemoBanner() {
  const viewer = useViewer();
  if (!viewer?.isDemo) return null;
  return (
    <aside aria-label="Demo" className={styles.demo}>
      Demo: the people and the plant are made up. <Link href="/?look=true">What to look at</Link>{" "}
      <Link href="/login">Be somebody else</Link>
    </aside>
  );
}
