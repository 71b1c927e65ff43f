"use client";
import Link from "next/link";
import { useState } from "react";
import { Popover } from "@/components/ui/popover";
import { Appearance } from "./appearance";
import { useCommands } from "./commands";
import type { Act } from "./registry";
import { ROLE_WORDS } from "./roles";
import { useViewer } from "./viewer";
import styles from "./shell.module.css";

/** Who is signed in, how this browser shows things, and the way out. */
export function You({ onLeave }: { onLeave: () => void }) {
  const [open, setOpen] = useState(false);
  const { act } = useCommands();
  const viewer = useViewer();
  const leaveTo = (what: Act) => {
    setOpen(false);
    onLeave();
    act(what);
  };
  const name = viewer?.user.name ?? "Nobody";
  const [role] = viewer?.roles ?? [];
  const roles = (viewer?.roles ?? []).map((one) => ROLE_WORDS[one]).join(", ");
  return (
    <Popover
      look="quiet"
      label={
        <span className={styles.you}>
          <span>{name}</span>
          <span className={styles.role}>{role ? ROLE_WORDS[role] : "no role"}</span>
        </span>
      }
      name={`${name}, ${roles || "no role"}. Appearance and account`}
      open={open}
      onOpenChange={setOpen}
    >
      <div className={styles.youSheet}>
        <p>
          <strong>{name}</strong>
          {viewer?.org.name ? <span className={styles.org}> {viewer.org.name}</span> : null}
        </p>
        <p className={styles.org}>{roles}</p>
        <Appearance />
        <div className={styles.youActs}>
          <Link href="/account/sessions" onClick={() => setOpen(false)}>
            Your sessions and password
          </Link>
          <Link href="/account/tokens" onClick={() => setOpen(false)}>
            Your tokens
          </Link>
          <button type="button" className="link" onClick={() => leaveTo("shortcuts")}>
            Keyboard shortcuts
          </button>
          <button type="button" className="link" onClick={() => leaveTo("kiosk")}>
            Kiosk mode
          </button>
          <button type="button" className="link" onClick={() => leaveTo("sign-out")}>
            Sign out
          </button>
        </div>
      </div>
    </Popover>
  );
}
