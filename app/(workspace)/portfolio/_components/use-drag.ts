"use client";
import { type PointerEvent, useEffect, useRef, useState } from "react";
import { type Stage, STAGES } from "@/server/value/domain/stages";
import type { PortfolioRow } from "@/server/value/queries";

/** A press that moves less is a click. */
const STARTS_AFTER_PX = 6;

/** A card under the pointer: how far it was dragged, and the column that it is over. */
export interface Dragged {
  id: string;
  x: number;
  y: number;
  over: Stage | null;
}

interface Press {
  row: PortfolioRow;
  pointerId: number;
  x: number;
  y: number;
}

/**
 * Dragging cards between columns, which are the elements with `data-stage`. A finger drags by the handle only, so that a card can be
 * scrolled past. Escape lets go.
 */
export function useDrag(onDrop: (row: PortfolioRow, to: Stage) => void) {
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const press = useRef<Press | null>(null);
  const wasDragged = useRef(false);
  const end = () => {
    press.current = null;
    setDragged(null);
  };
  useEffect(() => {
    if (!dragged) return;
    const onKey = ({ key }: KeyboardEvent) => {
      if (key !== "Escape") return;
      press.current = null;
      setDragged(null);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [dragged]);

  const handlers = (row: PortfolioRow) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const target = event.target instanceof Element ? event.target : null;
      const isHandle = Boolean(target?.closest("[data-handle]"));
      wasDragged.current = false;
      if (event.button !== 0 || (!isHandle && (event.pointerType === "touch" || target?.closest("button")))) return;
      press.current = { row, pointerId: event.pointerId, x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const start = press.current;
      if (!start || start.pointerId !== event.pointerId || start.row.id !== row.id) return;
      const [x, y] = [event.clientX - start.x, event.clientY - start.y];
      if (!dragged && Math.hypot(x, y) < STARTS_AFTER_PX) return;
      if (!dragged) event.currentTarget.setPointerCapture(event.pointerId);
      wasDragged.current = true;
      setDragged({ id: row.id, x, y, over: stageAt(event.clientX, event.clientY) });
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const to = dragged?.id === row.id ? stageAt(event.clientX, event.clientY) : null;
      end();
      if (to && to !== row.stage) onDrop(row, to);
    },
    onPointerCancel: end,
    // The click that ends a drag is none.
    onClickCapture: (event: { preventDefault(): void; stopPropagation(): void }) => {
      if (!wasDragged.current) return;
      wasDragged.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  return { dragged, handlers };
}

function stageAt(x: number, y: number): Stage | null {
  for (const column of document.querySelectorAll("[data-stage]")) {
    const { left, right, top, bottom } = column.getBoundingClientRect();
    if (x < left || x > right || y < top || y > bottom) continue;
    return STAGES.find((stage) => stage === column.getAttribute("data-stage")) ?? null;
  }
  return null;
}
