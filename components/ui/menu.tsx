"use client";
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import buttons from "./button.module.css";
import styles from "./overlay.module.css";

export interface MenuItem {
  label: string;
  /** Marks the one that is chosen now. */
  checked?: boolean;
  onSelect?: () => void;
  href?: string;
  download?: boolean;
}

/** A button with a list of actions or choices. */
export function Menu({ label, name, items }: { label: ReactNode; name?: string; items: readonly MenuItem[] }) {
  return (
    <Base.Root>
      <Base.Trigger className={`${buttons.button} ${buttons.plain}`} aria-label={name}>
        {label}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="end" className={styles.positioner}>
          <Base.Popup className={styles.menu}>
            {items.map((item) => (
              <Base.Item
                key={item.label}
                className={styles.item}
                onClick={item.onSelect}
                render={
                  item.href
                    ? (props) => (
                        <a {...props} href={item.href} download={item.download ? "" : undefined}>
                          {props.children}
                        </a>
                      )
                    : undefined
                }
              >
                <span className={styles.tick} aria-hidden="true">
                  {item.checked ? "✓" : ""}
                </span>
                {item.label}
                {item.checked ? <span className="vh">, chosen</span> : null}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
