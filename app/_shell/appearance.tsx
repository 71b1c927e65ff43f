"use client";
import { useTheme } from "next-themes";
import { useIsInteractive } from "@/components/ui/interactive";
import { singleKeysOff } from "@/components/ui/single-keys";
import { compactRows } from "./density";
import styles from "./shell.module.css";

const THEMES = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "system", label: "Auto" },
] as const;

/** Theme, density and single-key shortcuts, remembered in this browser. The server does not know the choice, so nothing is chosen in its HTML. */
export function Appearance() {
  const { theme, setTheme } = useTheme();
  const inBrowser = useIsInteractive();
  const compact = compactRows.useIsChosen(false);
  const singleKeys = !singleKeysOff.useIsChosen(false);
  return (
    <div className={styles.appearance}>
      <div role="radiogroup" aria-label="Theme" className={styles.segments}>
        {THEMES.map(({ value, label }) => (
          <label key={value} className={styles.segment}>
            <input
              type="radio"
              name="theme"
              value={value}
              checked={inBrowser && theme === value}
              onChange={() => setTheme(value)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <label className={styles.tick}>
        <input type="checkbox" checked={compact} onChange={(event) => compactRows.choose(event.target.checked)} />{" "}
        Compact rows
      </label>
      <label className={styles.tick}>
        <input type="checkbox" checked={singleKeys} onChange={(event) => singleKeysOff.choose(!event.target.checked)} />{" "}
        Single-key shortcuts
      </label>
    </div>
  );
}
