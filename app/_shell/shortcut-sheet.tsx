"use client";
import { Dialog } from "@/components/ui/dialog";
import { singleKeysOff } from "@/components/ui/single-keys";
import { sheetFor } from "./registry";
import { useViewer } from "./viewer";
import styles from "./shell.module.css";

/** Every shortcut of the registry that this person can use, and the switch for those of a single key. */
export function ShortcutSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const rows = sheetFor(useViewer());
  const singleKeys = !singleKeysOff.useIsChosen(false);
  const places = [...new Set(rows.map(({ where }) => where))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard">
      <label className={styles.tick}>
        <input type="checkbox" checked={singleKeys} onChange={(event) => singleKeysOff.choose(!event.target.checked)} />{" "}
        Single-key shortcuts. Switch them off if you dictate; Ctrl K always works.
      </label>
      {places.map((where) => (
        <section key={where} className={styles.keyGroup} aria-label={where}>
          <h3>{where}</h3>
          <dl className={styles.keys}>
            {rows
              .filter((row) => row.where === where)
              .map(({ keys, label }) => (
                <div key={`${keys}${label}`}>
                  <dt>
                    <kbd>{keys}</kbd>
                  </dt>
                  <dd>{label}</dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
