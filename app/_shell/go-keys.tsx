"use client";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { isTyping } from "@/components/ui/row-keys";
import styles from "./shell.module.css";

const GO: Readonly<Record<string, { href: string; label: string }>> = {
  h: { href: "/", label: "Home" },
  f: { href: "/fleet", label: "Fleet" },
  s: { href: "/streams", label: "Explore streams" },
  q: { href: "/inbox/quarantine", label: "Quarantine" },
};
const CHORD_MS = 1_200;

const SHEET: readonly [string, string][] = [
  ...Object.entries(GO).map(([key, { label }]): [string, string] => [`g ${key}`, label]),
  ["j  k", "Next and previous row"],
  ["Enter", "Open the row"],
  ["/", "Filter"],
  ["− +", "Zoom the chart out and in"],
  ["← →", "Read the chart point by point"],
  ["t", "Choose the time range"],
  ["?", "This list"],
];

/** `g` then a letter goes to a page, `/` to the filter, `?` shows the list. Silent while somebody types. */
export function GoKeys() {
  const router = useRouter();
  const chordAt = useRef(0);
  const [help, setHelp] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = GO[event.key];
      if (target && performance.now() - chordAt.current < CHORD_MS) {
        event.preventDefault();
        chordAt.current = 0;
        router.push(target.href);
      } else if (event.key === "g") chordAt.current = performance.now();
      else if (event.key === "?") setHelp(true);
      else if (event.key === "/") {
        const filter = document.querySelector<HTMLInputElement>("input[type=search]");
        if (filter) {
          event.preventDefault();
          filter.focus();
        }
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [router]);
  return (
    <Dialog open={help} onOpenChange={setHelp} title="Keyboard">
      <dl className={styles.keys}>
        {SHEET.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
