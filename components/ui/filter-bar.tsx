"use client";
import type { ReactNode } from "react";
import { StatusShape } from "./status";
import type { Status } from "@/server/fabric/domain/health";
import styles from "./filter-bar.module.css";

export interface Chip<T extends string> {
  value: T;
  label: string;
  count?: number;
  status?: Status;
}

interface FilterBarProps<T extends string> {
  search: string;
  onSearch: (text: string) => void;
  placeholder: string;
  chips: readonly Chip<T>[];
  chosen: T;
  onChoose: (value: T) => void;
  /** What the chips choose, for screen readers. */
  name: string;
  children?: ReactNode;
}

/** Search and one row of choices. The state lives in the URL, with the caller. */
export function FilterBar<T extends string>({
  search,
  onSearch,
  placeholder,
  chips,
  chosen,
  onChoose,
  name,
  children,
}: FilterBarProps<T>) {
  return (
    <div className={styles.bar}>
      <input
        type="search"
        className={styles.search}
        value={search}
        placeholder={placeholder}
        aria-label={placeholder}
        onChange={(event) => onSearch(event.target.value)}
      />
      <div className={styles.chips} role="group" aria-label={name}>
        {chips.map((chip) => (
          <button
            key={chip.value}
            type="button"
            className={styles.chip}
            aria-pressed={chip.value === chosen}
            onClick={() => onChoose(chip.value)}
          >
            {chip.status ? <StatusShape status={chip.status} silent size={8} /> : null}
            {chip.label}
            {chip.count === undefined ? null : <span className={styles.count}>{chip.count}</span>}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}
