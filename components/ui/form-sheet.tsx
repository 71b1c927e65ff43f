"use client";
import { lazy, Suspense, type FormEvent, type ReactNode } from "react";
import { Button } from "./button";
import { type FieldRefusal, RefusalLine } from "./field";
import forms from "./form.module.css";

const Dialog = lazy(() => import("./dialog").then((module) => ({ default: module.Dialog })));

export interface FormSheetProps {
  title: string;
  /** What the button that sends it says. */
  verb: string;
  waits: boolean;
  refusal: FieldRefusal | null;
  /** Names of the fields, which say their own refusals. */
  fields: readonly string[];
  /** The fields; and in their place, once there is one, what came of it. */
  children: ReactNode;
  result?: ReactNode;
  /** Sends what was typed; `close` is for when nothing is left to show. */
  onSend: (typed: FormData, close: () => void) => void;
}

/** A form on a sheet over the page. What draws the sheet is fetched with the first one. */
export function FormSheet({
  open,
  onOpenChange,
  title,
  verb,
  waits,
  refusal,
  fields,
  children,
  result = null,
  onSend,
}: FormSheetProps & { open: boolean; onOpenChange: (open: boolean) => void }) {
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSend(new FormData(event.currentTarget), () => onOpenChange(false));
  };
  return (
    <Suspense>
      <Dialog open={open} onOpenChange={onOpenChange} title={title}>
        {result ?? (
          <form className={forms.form} onSubmit={send}>
            {children}
            <RefusalLine refusal={refusal} fields={fields} />
            <div className={forms.buttons}>
              <Button onClick={() => onOpenChange(false)}>Cancel</Button>
              <Button look="primary" type="submit" disabled={waits}>
                {verb}
              </Button>
            </div>
          </form>
        )}
      </Dialog>
    </Suspense>
  );
}
