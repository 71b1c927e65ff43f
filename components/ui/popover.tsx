"use client";
import { lazy, Suspense, useState } from "react";
import { LazyTrigger, usePreload } from "./lazy-trigger";
import type { PopoverProps } from "./popover-base";

const load = () => import("./popover-base").then((module) => ({ default: module.PopoverBase }));
const PopoverBase = lazy(load);

/** A button that opens a small sheet under it. What draws the sheet is fetched after the page, or when somebody opens it. */
export function Popover(props: PopoverProps) {
  const [wanted, setWanted] = useState(props.open);
  usePreload(load);
  if (props.open && !wanted) setWanted(true);
  const trigger = (
    <LazyTrigger
      label={props.label}
      name={props.name}
      look={props.look ?? "plain"}
      opens="dialog"
      onOpen={() => props.onOpenChange(true)}
    />
  );
  return wanted ? (
    <Suspense fallback={trigger}>
      <PopoverBase {...props} />
    </Suspense>
  ) : (
    trigger
  );
}
