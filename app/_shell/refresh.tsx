"use client";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useSyncExternalStore, type ReactNode } from "react";
import { useIsFramed } from "@/components/ui/frame";
import { Menu } from "@/components/ui/menu";
import { StatusShape } from "@/components/ui/status";
import { freshnessOf } from "@/server/fabric/domain/freshness";
import { useLiveState } from "./live";
import styles from "./refresh.module.css";

const PACES = ["auto", "5s", "30s", "5m", "off"] as const;
const PACE_MS: Readonly<Record<(typeof PACES)[number], number | null>> = {
  auto: null,
  "5s": 5_000,
  "30s": 30_000,
  "5m": 300_000,
  off: 0,
};
const LABELS: Readonly<Record<(typeof PACES)[number], string>> = {
  auto: "Auto refresh",
  "5s": "Every 5 s",
  "30s": "Every 30 s",
  "5m": "Every 5 min",
  off: "Refresh off",
};

/** The pace that the reader chose, in the URL. `false` = not at all. Queries pause by themselves while the tab is hidden. */
export function useRefresh(autoMs: number): { intervalMs: number | false; control: ReactNode } {
  const [pace, setPace] = useQueryState("refresh", parseAsStringLiteral(PACES).withDefault("auto"));
  const chosen = PACE_MS[pace];
  const items = PACES.map((value) => ({
    label: LABELS[value],
    checked: value === pace,
    onSelect: () => void setPace(value),
  }));
  return {
    intervalMs: chosen === 0 ? false : (chosen ?? autoMs),
    control: <Menu label={LABELS[pace]} name={`Refresh: ${LABELS[pace]}`} items={items} />,
  };
}

/** One timer for all components that show an age; it rests while the tab is hidden. */
class Clock {
  private nowMs = Date.now();
  private timer: ReturnType<typeof setInterval> | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly everyMs: number) {}

  readonly read = (): number => this.nowMs;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.timer ??= setInterval(this.tick, this.everyMs);
    this.nowMs = Date.now();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0 || !this.timer) return;
      clearInterval(this.timer);
      this.timer = null;
    };
  };

  private readonly tick = (): void => {
    if (document.visibilityState !== "visible") return;
    this.nowMs = Date.now();
    for (const listener of this.listeners) listener();
  };
}

const SECONDS = new Clock(1_000);
const HALF_SECONDS = new Clock(500);

/** Epoch ms that moves every second or half second; null on the server, so that both render the same first. */
export function useClock(pace: "1s" | "0.5s" = "1s"): number | null {
  const clock = pace === "1s" ? SECONDS : HALF_SECONDS;
  const subscribe = useIsFramed() ? standsStill : clock.subscribe;
  return useSyncExternalStore<number | null>(subscribe, clock.read, () => null);
}

/** Time inside a frame: a hundred pages on one would have no time for anything else. */
const standsStill = () => () => undefined;

interface FreshnessProps {
  /** When the facts on the page were read, epoch ms. */
  asOfMs: number;
  failed: boolean;
  /** Capture time of the newest reading on the page, when it follows one. */
  readingMs?: number | null;
  /** From which age the reading counts as stale. */
  staleAfterMs?: number;
}

/** Live, stale or failing, with the age that says so. */
export function Freshness({ asOfMs, failed, readingMs, staleAfterMs = 15_000 }: FreshnessProps) {
  const now = useClock("0.5s");
  const live = useLiveState();
  if (now === null) return <span className={styles.fresh}>&nbsp;</span>;
  const { status, text } = freshnessOf({ asOfMs, failed, readingMs, staleAfterMs, isLive: live === "live" }, now);
  return (
    <span className={styles.fresh} data-status={status} data-testid="freshness">
      <StatusShape status={status} size={8} silent /> {text}
    </span>
  );
}
