"use client";
import { useTheme } from "next-themes";
import { useEffect, useSyncExternalStore } from "react";
import styles from "./shell.module.css";

const THEMES = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "system", label: "Auto" },
] as const;
const DENSITY_KEY = "throughline-density";
const DENSITY_CHANGED = "throughline-density-changed";

function subscribe(listener: () => void): () => void {
  window.addEventListener("storage", listener);
  window.addEventListener(DENSITY_CHANGED, listener);
  return () => {
    window.removeEventListener("storage", listener);
    window.removeEventListener(DENSITY_CHANGED, listener);
  };
}

/** Theme and density, remembered in this browser. The server does not know the choice, so nothing is chosen in its HTML. */
export function Appearance() {
  const { theme, setTheme } = useTheme();
  const inBrowser = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  );
  const compact = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(DENSITY_KEY) === "compact",
    () => false,
  );
  useEffect(() => {
    document.documentElement.dataset.density = compact ? "compact" : "normal";
  }, [compact]);
  const changeDensity = (next: boolean) => {
    localStorage.setItem(DENSITY_KEY, next ? "compact" : "normal");
    window.dispatchEvent(new Event(DENSITY_CHANGED));
  };
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
      <label className={styles.density}>
        <input type="checkbox" checked={compact} onChange={(event) => changeDensity(event.target.checked)} /> Compact
        rows
      </label>
    </div>
  );
}
