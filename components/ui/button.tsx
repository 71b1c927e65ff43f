"use client";
import type { ButtonHTMLAttributes } from "react";
import { useIsInteractive } from "./interactive";
import styles from "./button.module.css";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` is the page's one next step; `quiet` looks like text. */
  look?: "plain" | "primary" | "quiet";
  size?: "normal" | "small";
}

/**
 * A button. One that submits waits until its form's handler is in place: before that, the browser itself would send what was
 * typed, passwords too, as part of the address.
 */
export function Button({
  look = "plain",
  size = "normal",
  type = "button",
  className,
  disabled = false,
  ...rest
}: ButtonProps) {
  const isInteractive = useIsInteractive();
  const isEarly = type === "submit" && !isInteractive;
  return (
    <button
      type={type}
      disabled={disabled || isEarly}
      data-early={isEarly || undefined}
      className={[styles.button, styles[look], size === "small" ? styles.small : "", className ?? ""].join(" ")}
      {...rest}
    />
  );
}
