"use client";
import { Popover as Base } from "@base-ui/react/popover";
import { type ReactNode, useId } from "react";
import buttons from "./button.module.css";
import styles from "./overlay.module.css";

export interface PopoverProps {
  label: ReactNode;
  /** Name for screen readers when the label alone does not say what opens. */
  name?: string;
  look?: "plain" | "quiet";
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
}

/** The popover itself, once its library is there. */
export function PopoverBase({ label, name, look = "plain", open, onOpenChange, children }: PopoverProps) {
  const opener = useId();
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Trigger id={opener} className={`${buttons.button} ${buttons[look]}`} aria-label={name}>
        {label}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="end" className={styles.positioner}>
          <Base.Popup className={styles.popover} aria-labelledby={opener}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
