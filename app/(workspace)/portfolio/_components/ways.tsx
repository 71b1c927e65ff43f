"use client";
import { ORDERS, type Order } from "@/server/value/domain/portfolio-list";
import { SHOWN_STAGES, type ShownStage, stageName } from "@/server/value/domain/stages";
import { type Way, WAYS } from "./address";
import styles from "./ways.module.css";

const WAY_NAMES: Readonly<Record<Way, string>> = { table: "Table", board: "Board", matrix: "Matrix" };
const ORDER_NAMES: Readonly<Record<Order, string>> = {
  rank: "By rank",
  return: "By 90-day return",
  score: "By score",
  readiness: "By readiness",
  changed: "Changed last first",
  title: "By name",
};

interface WaysProps {
  way: Way;
  stage: ShownStage;
  order: Order;
  onChoose: (chosen: { view?: Way; stage?: ShownStage; sort?: Order }) => void;
}

/** How the use cases are shown, of which stage, and in which order. */
export function Ways({ way, stage, order, onChoose }: WaysProps) {
  return (
    <div className={styles.ways}>
      <select
        aria-label="Stage"
        value={stage}
        onChange={({ target }) => onChoose({ stage: SHOWN_STAGES.find((one) => one === target.value) ?? "all" })}
      >
        {SHOWN_STAGES.map((one) => (
          <option key={one} value={one}>
            {one === "all" ? "All stages" : stageName(one)}
          </option>
        ))}
      </select>
      <select
        aria-label="Order"
        value={order}
        onChange={({ target }) => onChoose({ sort: ORDERS.find((one) => one === target.value) ?? "rank" })}
      >
        {ORDERS.map((one) => (
          <option key={one} value={one}>
            {ORDER_NAMES[one]}
          </option>
        ))}
      </select>
      <div role="group" aria-label="View" className={styles.switch}>
        {WAYS.map((one) => (
          <button key={one} type="button" aria-pressed={one === way} onClick={() => onChoose({ view: one })}>
            {WAY_NAMES[one]}
          </button>
        ))}
      </div>
    </div>
  );
}
