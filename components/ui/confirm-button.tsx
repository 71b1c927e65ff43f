"use client";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { Button } from "./button";
import type { ConfirmBaseProps } from "./confirm-base";

const ConfirmBase = lazy(() => import("./confirm-base").then((module) => ({ default: module.ConfirmBase })));

interface ConfirmButtonProps extends Omit<ConfirmBaseProps, "open" | "onOpenChange" | "children"> {
  label: string;
  /** Name for screen readers where the label alone does not say of what. */
  name?: string;
  look?: "plain" | "quiet";
  size?: "normal" | "small";
  disabled?: boolean;
  /** What it will do, in words. */
  does: ReactNode;
}

/** A button that asks first. What draws the question is fetched when it is first pressed. */
export function ConfirmButton({
  label,
  name,
  look = "plain",
  size = "small",
  disabled = false,
  does,
  ...sheet
}: ConfirmButtonProps) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  return (
    <>
      <Button
        look={look}
        size={size}
        disabled={disabled}
        aria-label={name}
        aria-haspopup="dialog"
        onClick={() => {
          setWanted(true);
          setOpen(true);
        }}
      >
        {label}
      </Button>
      {wanted ? (
        <Suspense>
          <ConfirmBase open={open} onOpenChange={setOpen} {...sheet}>
            {does}
          </ConfirmBase>
        </Suspense>
      ) : null}
    </>
  );
}
