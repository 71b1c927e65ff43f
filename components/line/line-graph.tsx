import Link from "next/link";
import { StatusShape } from "../ui/status";
import { type GraphLink, type GraphPart, layOut, PART } from "./graph-layout";
import styles from "./line-graph.module.css";

/** The line as a graph: a column for each kind of part, and between them what stands on what, in the state of its worse end. */
export function LineGraph({
  kinds,
  parts,
  links,
  label,
}: {
  /** the columns, from the outcome down */
  kinds: readonly string[];
  parts: readonly GraphPart[];
  links: readonly GraphLink[];
  /** in a sentence */
  label: string;
}) {
  const layout = layOut(kinds, parts, links);
  const names = new Map(parts.map((part) => [part.id, part.label]));
  const below = (id: string) => links.flatMap(({ from, to }) => (from === id ? (names.get(to) ?? []) : []));
  return (
    <div className={styles.scroll} role="region" aria-label={label} tabIndex={0}>
      <div className={styles.graph} style={{ width: layout.width, height: layout.height }}>
        <svg width={layout.width} height={layout.height} aria-hidden="true">
          {layout.links.map(({ from, to, path, status, isChoice = false }) => (
            <path key={`${from} ${to}`} d={path} className={styles.link} data-state={status} data-choice={isChoice} />
          ))}
        </svg>
        {layout.columns.map(({ kind, x, folded }) => (
          <div key={kind} role="group" aria-label={kind}>
            <p className={styles.kind} style={{ left: x }}>
              {kind}
              {folded > 0 ? `, ${folded} more below` : ""}
            </p>
            <ul>
              {layout.parts
                .filter((part) => part.kind === kind)
                .map(({ id, label: name, short, status, reason, href, x: left, y: top }) => {
                  const on = below(id);
                  const text = (
                    <>
                      <StatusShape status={status} size={11} />
                      {short === undefined ? null : <span className="vh">{name}</span>}
                      <span className={styles.name} aria-hidden={short !== undefined}>
                        {short ?? name}
                      </span>
                      <span className="vh">{`, ${reason}${on.length > 0 ? `; stands on ${on.join(", ")}` : ""}`}</span>
                    </>
                  );
                  return (
                    <li
                      key={id}
                      className={styles.part}
                      style={{ left, top, width: PART.width, height: PART.height }}
                      data-status={status}
                      title={`${name}: ${reason}`}
                    >
                      {href === undefined ? <span>{text}</span> : <Link href={href}>{text}</Link>}
                    </li>
                  );
                })}
            </ul>
          </div>
        ))}
      </div>
    </div>
  );
}
