"use client";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { type Stage, STAGES, stageName } from "@/server/value/domain/stages";
import type { PortfolioRow } from "@/server/value/queries";

/** A card that was picked up, and the stage that it would be dropped in. */
export interface Carried {
  row: PortfolioRow;
  over: Stage;
}

/**
 * Picking a card up, choosing a stage and dropping it, without a pointer that drags: Space or Enter picks up and drops, arrows choose,
 * Escape puts back. What happens is said. The card that is carried keeps the focus while it goes from column to column.
 */
export function useCarrying({
  move,
  say,
}: {
  move: (row: PortfolioRow, to: Stage) => void;
  say: (text: string) => void;
}) {
  const [carried, setCarried] = useState<Carried | null>(null);
  const held = useRef<string | null>(null);
  // After each render, because any may have put the card into another column, where it is another element.
  useEffect(() => {
    if (held.current === null || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[data-handle="${held.current}"]`)?.focus();
  });
  useEffect(() => {
    const letGo = ({ target }: Event) => {
      const handle = target instanceof Element ? target.closest("[data-handle]") : null;
      if (handle?.getAttribute("data-handle") !== held.current) held.current = null;
    };
    window.addEventListener("focusin", letGo);
    window.addEventListener("pointerdown", letGo);
    return () => {
      window.removeEventListener("focusin", letGo);
      window.removeEventListener("pointerdown", letGo);
    };
  }, []);

  const drop = ({ row, over }: Carried) => {
    setCarried(null);
    if (over === row.stage) say(`${row.title} stays in ${stageName(over)}.`);
    else move(row, over);
  };
  const pickUp = (row: PortfolioRow) => {
    if (carried?.row.id === row.id) return drop(carried);
    held.current = row.id;
    setCarried({ row, over: row.stage });
    say(
      `${row.title} is picked up in ${stageName(row.stage)}. Arrows choose a stage, Space drops it, Escape puts it back.`,
    );
  };
  const putBack = () => {
    if (!carried) return;
    setCarried(null);
    say(`${carried.row.title} is put back in ${stageName(carried.row.stage)}.`);
  };
  const step = (by: -1 | 1) => {
    const over = carried && STAGES[STAGES.indexOf(carried.over) + by];
    if (!carried || !over) return;
    setCarried({ ...carried, over });
    say(`Over ${stageName(over)}.`);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!carried) return;
    if (event.key === "Escape") putBack();
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") step(-1);
    else if (event.key === "ArrowRight" || event.key === "ArrowDown") step(1);
    else return;
    event.preventDefault();
  };
  return { carried, pickUp, putBack, step, onKey };
}
