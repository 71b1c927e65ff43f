import type { ButtonHTMLAttributes } from "react";
import styles from "./button.module.css";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` is the page's one next step; `quiet` looks like text. */
  look?: "plain" | "primary" | "quiet";
  size?: "normal" | "small";
}

export function Button({ look = "plain", size = "normal", type = "button", className, ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={[styles.button, styles[look], size === "small" ? styles.small : "", className ?? ""].join(" ")}
      {...rest}
    />
  );
}
