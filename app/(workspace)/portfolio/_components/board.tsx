"use client";
import { useId, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { useRowKeys } from "@/components/ui/row-keys";
import type { RankedRow } from "@/server/value/domain/portfolio-list";
import { nextGate, type Stage, STAGES, stageName } from "@/server/value/domain/stages";
import type { ValuePolicy } from "@/server/value/domain/standing";
import styles from "./board.module.css";
import { Card } from "./card";
import { axisOf } from "./return-axis";
import { useCarrying } from "./use-carrying";
import { useDrag } from "./use-drag";
import { useEstimateKey } from "./use-estimate-key";
import { useStageMoves } from "./use-stage-moves";

/** Cards of a column that are drawn at once. */
const FIRST_CARDS = 40;

interface BoardProps {
  rows: readonly RankedRow[];
  policy: ValuePolicy;
  mayMove: boolean;
  onEstimate: ((id: string) => void) | null;
}

/** Use cases by stage. Cards are dragged, or carried by keys and buttons, to another stage; within one their rank orders them. */
export function Board({ rows, policy, mayMove, onEstimate }: BoardProps) {
  const { placed, move, said, say } = useStageMoves(rows);
  const { carried, pickUp, putBack, step, onKey } = useCarrying({ move, say });
  const { dragged, handlers } = useDrag(move);
  const board = useRef<HTMLDivElement>(null);
  const how = useId();
  useRowKeys(board);
  useEstimateKey(onEstimate);
  const axis = useMemo(() => axisOf(rows), [rows]);
  const stageOf = ({ row }: RankedRow): Stage => (carried?.row.id === row.id ? carried.over : row.stage);
  return (
    <>
      <p className={styles.how} id={how}>
        {mayMove
          ? "Drag a card to another stage, or press Move and use the arrows; every move can be undone. "
          : "Only an executive or the chair moves use cases; here you can look. "}
        {policy.rankedBy === "value"
          ? "Within a stage the rank orders them: net value for the money it takes. To change it, change the figures"
          : "Within a stage the rank orders them: the score. To change it, change the figures"}
        {onEstimate ? " (Re-estimate, or e)." : "."}
      </p>
      <div className={styles.board} ref={board}>
        {STAGES.map((stage) => {
          const cards = placed.filter((one) => stageOf(one) === stage);
          const isOver = dragged?.over === stage || carried?.over === stage;
          const gate = nextGate(stage);
          return (
            <section key={stage} data-stage={stage} data-over={isOver || undefined} className={styles.column}>
              <h2 className={styles.stage}>
                {stageName(stage)} <span className={styles.count}>{cards.length}</span>
                <span className={styles.gate}>{gate ? `next gate ${gate}` : "no gate after it"}</span>
              </h2>
              <Cards isEmpty={cards.length === 0}>
                {cards.map((one) => (
                  <Card
                    key={one.row.id}
                    {...one}
                    axis={axis}
                    how={how}
                    mayMove={mayMove}
                    carried={carried?.row.id === one.row.id ? carried : null}
                    dragged={dragged?.id === one.row.id ? dragged : null}
                    drag={mayMove && one.row.intake === "accepted" ? handlers(one.row) : {}}
                    {...{ pickUp, putBack, step, onKey, onEstimate }}
                  />
                ))}
              </Cards>
            </section>
          );
        })}
      </div>
      <p role="status" aria-label="What moved on the board" className="vh">
        {said}
      </p>
    </>
  );
}

function Cards({ isEmpty, children }: { isEmpty: boolean; children: React.ReactNode[] }) {
  const [most, setMost] = useState(FIRST_CARDS);
  if (isEmpty) return <p className={styles.none}>none</p>;
  return (
    <>
      <ul className={styles.cards}>{children.slice(0, most)}</ul>
      {most < children.length ? (
        <Button size="small" onClick={() => setMost(most + FIRST_CARDS)}>
          Show {Math.min(FIRST_CARDS, children.length - most)} more
        </Button>
      ) : null}
    </>
  );
}
