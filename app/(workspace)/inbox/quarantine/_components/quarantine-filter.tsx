"use client";
import { Menu } from "@/components/ui/menu";
import { reasonWords } from "@/server/fabric/domain/reason-words";
import styles from "./quarantine.module.css";

interface Filter {
  node: string | null;
  reason: string | null;
  status: "held" | "replayed" | "discarded";
}

interface QuarantineFilterProps {
  filter: Filter;
  reasons: readonly { reason: string; n: number }[];
  nodes: readonly { nodeId: string; n: number }[];
  onChange: (next: Partial<Filter>) => void;
}

const STATUS_LABELS = { held: "Held", replayed: "Replayed", discarded: "Discarded" } as const;

/** Status, reason and node, with how many each would show. */
export function QuarantineFilter({ filter, reasons, nodes, onChange }: QuarantineFilterProps) {
  return (
    <div className={styles.filter}>
      <div role="group" aria-label="Status" className={styles.statuses}>
        {(["held", "replayed", "discarded"] as const).map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={filter.status === status}
            onClick={() => onChange({ status })}
          >
            {STATUS_LABELS[status]}
          </button>
        ))}
      </div>
      <Menu
        label={filter.reason === null ? "Any reason" : reasonWords(filter.reason)}
        name={`Reason: ${filter.reason === null ? "any" : reasonWords(filter.reason)}`}
        items={[
          { label: "Any reason", checked: filter.reason === null, onSelect: () => onChange({ reason: null }) },
          ...reasons.map(({ reason, n }) => ({
            label: `${reasonWords(reason)}, ${n}`,
            checked: filter.reason === reason,
            onSelect: () => onChange({ reason }),
          })),
        ]}
      />
      <Menu
        label={filter.node ?? "Any node"}
        name={`Node: ${filter.node ?? "any"}`}
        items={[
          { label: "Any node", checked: filter.node === null, onSelect: () => onChange({ node: null }) },
          ...nodes.slice(0, 30).map(({ nodeId, n }) => ({
            label: `${nodeId}, ${n}`,
            checked: filter.node === nodeId,
            onSelect: () => onChange({ node: nodeId }),
          })),
        ]}
      />
    </div>
  );
}
