"use client";
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { StatusShape } from "./status";
import type { Status } from "@/server/fabric/domain/health";
import overlay from "./overlay.module.css";
import styles from "./palette.module.css";

export interface PaletteItem {
  id: string;
  label: string;
  /** What kind of thing it is or where it lies; may be empty. */
  note?: string;
  /** How to press it instead. */
  keys?: string | null;
  status?: Status;
}

export interface PaletteGroup {
  label: string;
  items: readonly PaletteItem[];
}

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  typed: string;
  onType: (text: string) => void;
  /** Already matched against what was typed, the best first. */
  groups: readonly PaletteGroup[];
  /** Said under the list: what is being searched, or that searching failed. */
  note: string | null;
  onPick: (id: string) => void;
  /** What had the focus before it opened. */
  opener: HTMLElement | null;
}

/** A field over a list of things to go to or do. Arrows choose, Enter does it, Escape leaves; focus returns to where it was. */
export function Palette({ open, onOpenChange, typed, onType, groups, note, onPick, opener }: PaletteProps) {
  const shown = groups.filter((group) => group.items.length > 0);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className={overlay.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label="Search and commands" finalFocus={() => opener ?? true}>
          <Autocomplete.Root
            open
            inline
            items={shown.map(({ label, items }) => ({ value: label, items }))}
            value={typed}
            onValueChange={(value, details) => {
              if (details.reason !== "item-press") onType(value);
            }}
            itemToStringValue={(item: PaletteItem) => item.label}
            filter={null}
            autoHighlight="always"
            keepHighlight
          >
            <Autocomplete.Input
              className={styles.input}
              aria-label="Search pages, nodes, streams and commands"
              placeholder="Page, node, stream or command"
              onKeyDown={(event) => {
                // Escape leaves at once; it would clear the field first.
                if (event.key === "Escape") onOpenChange(false);
              }}
            />
            <Autocomplete.Empty>
              <p className={styles.empty}>{typed === "" ? "Nothing to choose." : `Nothing matches “${typed}”.`}</p>
            </Autocomplete.Empty>
            {/* The list scrolls, not a box around it: it is the field's own, so the field's arrows reach what is out of sight. */}
            <Autocomplete.List className={styles.area}>
              {(group: { value: string; items: readonly PaletteItem[] }) => (
                <Autocomplete.Group key={group.value} items={group.items}>
                  <Autocomplete.GroupLabel className={styles.group}>{group.value}</Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(item: PaletteItem) => (
                      <Autocomplete.Item
                        key={item.id}
                        value={item}
                        className={styles.item}
                        onClick={() => onPick(item.id)}
                      >
                        <span className={styles.label}>
                          {item.status ? <StatusShape status={item.status} size={8} /> : null} {item.label}
                          {item.note ? <span className={styles.note}>{item.note}</span> : null}
                        </span>
                        {item.keys ? <kbd>{item.keys}</kbd> : null}
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
            <div className={styles.foot}>
              <span role="status">{note}</span>
              <Dialog.Close className={styles.close}>Close</Dialog.Close>
            </div>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
