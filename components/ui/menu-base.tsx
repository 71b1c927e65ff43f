"use client";
import { Menu as Base } from "@base-ui/react/menu";
import { type ReactNode, useEffect, useRef } from "react";
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

export interface MenuProps {
  label: ReactNode;
  name?: string;
  items: readonly MenuItem[];
}

export type OpenedBy = "keyboard" | "pointer";

/**
 * The menu itself, once its library is there; it comes open, because somebody has asked for it. For a key the library has to see the press:
 * only then does the first item have the focus.
 */
export function MenuBase({ label, name, items, openedBy }: MenuProps & { openedBy: OpenedBy }) {
  const trigger = useRef<HTMLButtonElement>(null);
  const isPressed = useRef(openedBy === "pointer");
  useEffect(() => {
    if (!isPressed.current) trigger.current?.click();
    isPressed.current = true;
  }, []);
  return (
    <Base.Root defaultOpen={openedBy === "pointer"}>
      <Base.Trigger ref={trigger} className={`${buttons.button} ${buttons.plain}`} aria-label={name}>
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
