"use client";
import { lazy, Suspense, useState } from "react";
import { LazyTrigger, usePreload } from "./lazy-trigger";
import type { MenuProps } from "./menu-base";

const load = () => import("./menu-base").then((module) => ({ default: module.MenuBase }));
const MenuBase = lazy(load);

/** A button with a list of actions or choices. What draws the list is fetched after the page, or when somebody opens it. */
export function Menu(props: MenuProps) {
  const [wanted, setWanted] = useState(false);
  usePreload(load);
  const trigger = (
    <LazyTrigger label={props.label} name={props.name} look="plain" opens="menu" onOpen={() => setWanted(true)} />
  );
  return wanted ? (
    <Suspense fallback={trigger}>
      <MenuBase {...props} />
    </Suspense>
  ) : (
    trigger
  );
}
