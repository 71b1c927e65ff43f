"use client";
import { useState } from "react";
import { Button } from "./button";
import { FormSheet, type FormSheetProps } from "./form-sheet";

interface FormButtonProps extends FormSheetProps {
  label: string;
  /** Name for screen readers where the label alone does not say of what. */
  name?: string;
  look?: "plain" | "primary";
  size?: "normal" | "small";
  onOpen: () => void;
}

/** A button that opens a form on a sheet. What draws the sheet is fetched when it is first pressed. */
export function FormButton({ label, name, look = "plain", size = "normal", onOpen, ...sheet }: FormButtonProps) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  return (
    <>
      <Button
        look={look}
        size={size}
        aria-label={name}
        aria-haspopup="dialog"
        onClick={() => {
          onOpen();
          setWanted(true);
          setOpen(true);
        }}
      >
        {label}
      </Button>
      {wanted ? <FormSheet {...sheet} open={open} onOpenChange={setOpen} /> : null}
    </>
  );
}
