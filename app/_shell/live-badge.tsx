"use client";
import { StatusShape } from "@/components/ui/status";
import type { Status } from "@/server/fabric/domain/health";
import { useLiveState } from "./live";
import type { LiveState } from "./live-line";
import styles from "./shell.module.css";

const WORDS: Readonly<Record<LiveState, [Status, string]>> = {
  connecting: ["unknown", "Connecting"],
  live: ["ok", "Live"],
  down: ["watch", "Not live, trying again"],
};

/** Whether changes reach this browser by themselves. Pages still ask for themselves when they do not. */
export function LiveBadge() {
  const [status, words] = WORDS[useLiveState()];
  return (
    <p className={styles.live} data-status={status} data-testid="live" role="status">
      <StatusShape status={status} size={8} silent /> {words}
    </p>
  );
}
