"use client";
import Link from "next/link";
import type { HTMLAttributes, KeyboardEvent } from "react";
import type { RangeAxis } from "@/components/charts/range-bar";
import { Button } from "@/components/ui/button";
import type { RankedRow } from "@/server/value/domain/portfolio-list";
import { intakeWords, STAGES, stageName } from "@/server/value/domain/stages";
import type { PortfolioRow } from "@/server/value/queries";
import { useCarry } from "../../../_shell/carry";
import styles from "./board.module.css";
import { Ready, Return } from "./row-parts";
import type { Carried } from "./use-carrying";
import type { Dragged } from "./use-drag";

interface CardProps extends RankedRow {
  axis: RangeAxis;
  /** id of the text that says how cards are moved */
  how: string;
  mayMove: boolean;
  /** this card, while it is picked up */
  carried: Carried | null;
  /** this card, while it is dragged */
  dragged: Dragged | null;
  drag: HTMLAttributes<HTMLElement>;
  pickUp: (row: PortfolioRow) => void;
  putBack: () => void;
  step: (by: -1 | 1) => void;
  onKey: (event: KeyboardEvent) => void;
  onEstimate: ((id: string) => void) | null;
}

/** A use case on the board: rank, return, readiness and owner; what was not accepted yet does not move. */
export function Card(props: CardProps) {
  const { row, ranked, axis, how, mayMove, carried, dragged, drag, pickUp, onKey, onEstimate } = props;
  const carry = useCarry();
  const style = dragged ? { transform: `translate(${dragged.x}px, ${dragged.y}px)` } : undefined;
  return (
    <li
      className={styles.card}
      data-use-case={row.id}
      data-lifted={carried || dragged ? true : undefined}
      style={style}
      {...drag}
    >
      <div className={styles.head}>
        <Link href={carry(`/portfolio/${row.id}`)} className={styles.title} data-row draggable={false}>
          {row.title}
        </Link>
        <span className={styles.rank}>
          {ranked.rank === null ? <span className="muted">no rank</span> : `#${ranked.rank}`}
        </span>
      </div>
      <Return row={row} axis={axis} />
      <div>
        <span className="muted">Ready</span> <Ready row={row} />
      </div>
      <span className={styles.owner}>{row.ownerName ? `Owner ${row.ownerName}` : "No owner"}</span>
      <div className={styles.acts}>
        {row.intake !== "accepted" ? (
          <span className="muted">{intakeWords(row)}: it moves once it is accepted</span>
        ) : mayMove ? (
          <Button
            size="small"
            className={styles.handle ?? ""}
            data-handle={row.id}
            aria-label={carried ? `Drop ${row.title} in ${stageName(carried.over)}` : `Move ${row.title}`}
            aria-describedby={how}
            aria-pressed={carried !== null}
            onClick={() => pickUp(row)}
            onKeyDown={onKey}
          >
            {carried ? "Drop" : "Move"}
          </Button>
        ) : null}
        {onEstimate && !carried ? (
          <Button size="small" look="quiet" aria-label={`Re-estimate ${row.title}`} onClick={() => onEstimate(row.id)}>
            Re-estimate
          </Button>
        ) : null}
      </div>
      {carried ? <Steps {...props} carried={carried} /> : null}
    </li>
  );
}

/** The buttons that stand for the arrow keys and for Escape. */
function Steps({ carried, step, putBack }: CardProps & { carried: Carried }) {
  const at = STAGES.indexOf(carried.over);
  const [before, after] = [STAGES[at - 1], STAGES[at + 1]];
  return (
    <div className={styles.acts}>
      <Button size="small" disabled={!before} onClick={() => step(-1)}>
        ← {before ? stageName(before) : "first"}
      </Button>
      <Button size="small" disabled={!after} onClick={() => step(1)}>
        {after ? stageName(after) : "last"} →
      </Button>
      <Button size="small" look="quiet" onClick={putBack}>
        Cancel
      </Button>
    </div>
  );
}
