"use client";
import { lazy, Suspense, useState, type FormEvent, type ReactNode } from "react";
import { Button } from "./button";
import { type FieldRefusal, RefusalLine } from "./field";
import forms from "./form.module.css";

const Dialog = lazy(() => import("./dialog").then((module) => ({ default: module.Dialog })));

interface FormButtonProps {
  label: string;
  /** Name for screen readers where the label alone does not say of what. */
  name?: string;
  look?: "plain" | "primary";
  size?: "normal" | "small";
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
  onOpen: () => void;
  /** Sends what was typed; `close` is for when nothing is left to show. */
  onSend: (typed: FormData, close: () => void) => void;
}

/** A button that opens a form on a sheet. What draws the sheet is fetched when it is first pressed. */
export function FormButton({
  label,
  name,
  look = "plain",
  size = "normal",
  title,
  verb,
  waits,
  refusal,
  fields,
  children,
  result = null,
  onOpen,
  onSend,
}: FormButtonProps) {
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSend(new FormData(event.currentTarget), () => setOpen(false));
  };
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
      {wanted ? (
        <Suspense>
          <Dialog open={open} onOpenChange={setOpen} title={title}>
            {result ?? (
              <form className={forms.form} onSubmit={send}>
                {children}
                <RefusalLine refusal={refusal} fields={fields} />
                <div className={forms.buttons}>
                  <Button onClick={() => setOpen(false)}>Cancel</Button>
                  <Button look="primary" type="submit" disabled={waits}>
                    {verb}
                  </Button>
                </div>
              </form>
            )}
          </Dialog>
        </Suspense>
      ) : null}
    </>
  );
}
