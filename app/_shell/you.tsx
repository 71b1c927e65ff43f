"use client";
import { useState } from "react";
import { Popover } from "@/components/ui/popover";
import { Appearance } from "./appearance";
import { useCommands } from "./commands";
import styles from "./shell.module.css";

/** How this browser shows things, and the way to the shortcut sheet. */
export function You({ onLeave }: { onLeave: () => void }) {
  const [open, setOpen] = useState(false);
  const { act } = useCommands();
  const leaveTo = (what: "shortcuts" | "kiosk") => {
    setOpen(false);
    onLeave();
    act(what);
  };
  return (
    <Popover label="Appearance" open={open} onOpenChange={setOpen}>
      <Appearance />
      <div className={styles.youActs}>
        <button type="button" className="link" onClick={() => leaveTo("shortcuts")}>
          Keyboard shortcuts
        </button>
        <button type="button" className="link" onClick={() => leaveTo("kiosk")}>
          Kiosk mode
        </button>
      </div>
    </Popover>
  );
}
