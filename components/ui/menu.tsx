"use client";
import { lazy, Suspense, useState } from "react";
import { LazyTrigger, usePreload } from "./lazy-trigger";
import type { MenuProps, OpenedBy } from "./menu-base";

const load = () => import("./menu-base").then((module) => ({ default: module.MenuBase }));
const MenuBase = lazy(load);

/** A button with a list of actions or choices. What draws the list is fetched after the page, or when somebody opens it. */
export function Menu(props: MenuProps) {
  const [openedBy, setOpenedBy] = useState<OpenedBy | null>(null);
  usePreload(load);
  const trigger = <LazyTrigger label={props.label} name={props.name} look="plain" opens="menu" onOpen={setOpenedBy} />;
  return openedBy ? (
    <Suspense fallback={trigger}>
      <MenuBase {...props} openedBy={openedBy} />
    </Suspense>
  ) : (
    trigger
  );
}
