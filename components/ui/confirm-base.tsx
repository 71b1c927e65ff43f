"use client";
import { useState, type ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import forms from "./form.module.css";

export interface ConfirmBaseProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What it will do, in words. */
  children: ReactNode;
  /** What the button that does it says. */
  verb: string;
  onConfirm: () => Promise<unknown>;
}

/** Asks before something that is not easily undone, saying what it will do; a refusal is said here and the sheet stays. */
export function ConfirmBase({ open, onOpenChange, title, children, verb, onConfirm }: ConfirmBaseProps) {
  const [waits, setWaits] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const confirm = async () => {
    setWaits(true);
    setRefusal(null);
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (cause) {
      setRefusal(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setWaits(false);
    }
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title}>
      <div className={forms.form}>
        {children}
        {refusal ? (
          <p role="alert" className={forms.refusal}>
            {refusal}
          </p>
        ) : null}
        <div className={forms.buttons}>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="primary" disabled={waits} onClick={() => void confirm()}>
            {verb}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
