"use client";
import { groupsAt } from "@/server/value/domain/plan-address";
import styles from "../plan.module.css";
import type { PlanInHand } from "./use-plan";

/** Groups of which only one may be in; more than these are more than one plan. */
const GROUPS = ["A", "B", "C"] as const;

/** What is said about a use case before the optimiser is asked: it is free, has to be in, stays out, or stands against others. */
export function Choice({
  inHand: { question, address, choose },
  id,
  title,
}: {
  inHand: PlanInHand;
  id: string;
  title: string;
}) {
  const groups = groupsAt(address);
  const group = groups.findIndex((members) => members.includes(id));
  const value = question.must.includes(id)
    ? "must"
    : question.without.includes(id)
      ? "out"
      : group >= 0
        ? String(group)
        : "";
  if (question.goal === "minimal-set" && value === "must") return null;
  return (
    <select
      className={styles.choice}
      aria-label={`Choice for ${title}`}
      value={value}
      onChange={(event) => choose(id, event.target.value)}
    >
      <option value="">is free</option>
      {question.goal === "portfolio" ? <option value="must">has to be in</option> : null}
      <option value="out">stays out</option>
      {question.goal === "portfolio"
        ? GROUPS.map((name, index) => (
            <option key={name} value={index}>
              only one of {name}
            </option>
          ))
        : null}
    </select>
  );
}
