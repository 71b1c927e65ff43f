"use client";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

/** A press that moves less is a click. */
const STARTS_AFTER_PX = 6;
const KEY_STEP_PX = 8;
const STEPS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A point on its way, px from the chart's top left. */
export interface PointOnTheWay {
  id: string;
  x: number;
  y: number;
}

/**
 * Moving a point of a chart: by dragging it with a mouse or pen, or with Shift and the arrows and then Enter. Escape lets go. A finger does
 * not drag: it scrolls.
 */
export function usePointMove(onDrop: ((point: PointOnTheWay) => void) | null) {
  const [moving, setMoving] = useState<PointOnTheWay | null>(null);
  const press = useRef<{ id: string; pointerId: number; x: number; y: number } | null>(null);
  const wasDragged = useRef(false);
  const drop = () => {
    press.current = null;
    if (moving) onDrop?.(moving);
    setMoving(null);
  };
  const letGo = () => {
    press.current = null;
    setMoving(null);
  };

  /** @returns whether the key was one of a move */
  const onKey = (event: KeyboardEvent, id: string, [cx, cy]: readonly [number, number]): boolean => {
    const step = STEPS[event.key];
    if (onDrop && event.shiftKey && step) {
      const from = moving?.id === id ? moving : { x: cx, y: cy };
      setMoving({ id, x: from.x + step[0] * KEY_STEP_PX, y: from.y + step[1] * KEY_STEP_PX });
    } else if (moving && event.key === "Enter") drop();
    else if (moving && event.key === "Escape") letGo();
    else return false;
    event.preventDefault();
    return true;
  };

  const handlers = (id: string, [cx, cy]: readonly [number, number]) => ({
    // A link can be dragged by the browser itself.
    draggable: false,
    onPointerDown: (event: PointerEvent) => {
      wasDragged.current = false;
      if (!onDrop || event.button !== 0 || event.pointerType === "touch") return;
      press.current = { id, pointerId: event.pointerId, x: event.clientX, y: event.clientY };
    },
    onPointerMove: (event: PointerEvent) => {
      const start = press.current;
      if (!start || start.pointerId !== event.pointerId || start.id !== id) return;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (!moving && Math.hypot(dx, dy) < STARTS_AFTER_PX) return;
      if (!moving) event.currentTarget.setPointerCapture(event.pointerId);
      wasDragged.current = true;
      setMoving({ id, x: cx + dx, y: cy + dy });
    },
    onPointerUp: drop,
    onPointerCancel: letGo,
    onBlur: letGo,
    // The click that ends a drag opens nothing.
    onClick: (event: { preventDefault(): void }) => {
      if (wasDragged.current) event.preventDefault();
      wasDragged.current = false;
    },
  });
  return { moving, onKey, handlers };
}
