"use client";
import { useTheme } from "next-themes";
import { useEffect, useState } from "react";
import styles from "./shell.module.css";

const THEMES = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "system", label: "Auto" },
] as const;
const DENSITY_KEY = "throughline-density";

/** Theme and density, remembered in this browser. Rendered after mount: the server does not know the choice. */
export function Appearance() {
  const { theme, setTheme } = useTheme();
  const [mounted, setMounted] = useState(false);
  const [compact, setCompact] = useState(false);
  useEffect(() => {
    const stored = localStorage.getItem(DENSITY_KEY) === "compact";
    setCompact(stored);
    setMounted(true);
    document.documentElement.dataset.density = stored ? "compact" : "normal";
  }, []);
  const changeDensity = (next: boolean) => {
    setCompact(next);
    localStorage.setItem(DENSITY_KEY, next ? "compact" : "normal");
    document.documentElement.dataset.density = next ? "compact" : "normal";
  };
  return (
    <div className={styles.appearance}>
      <div role="radiogroup" aria-label="Theme" className={styles.segments}>
        {THEMES.map(({ value, label }) => (
          <label key={value} className={styles.segment}>
            <input type="radio" name="theme" value={value} checked={mounted && theme === value} onChange={() => setTheme(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <label className={styles.density}>
        <input type="checkbox" checked={compact} onChange={(event) => changeDensity(event.target.checked)} /> Compact rows
      </label>
    </div>
  );
}
