import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { type FieldRefusal, RefusalLine, SelectField, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import { Sheet } from "@/components/ui/page";
import { ShownOnce } from "@/components/ui/shown-once";

interface NewTokenProps {
  waits: boolean;
  refusal: FieldRefusal | null;
  /** The token that was made, which nobody can look up later. */
  token: string | undefined;
  onMake: (typed: FormData) => void;
  /** What this kind of token is asked for besides, and the names of those fields. */
  children?: ReactNode;
  also?: readonly string[];
}

/** Makes a token and shows it once. Every token is asked what it is for, whether it may change something, and how long it lasts. */
export function NewToken({ waits, refusal, token, onMake, children, also = [] }: NewTokenProps) {
  return (
    <Sheet title="A new token">
      <form
        className={forms.form}
        onSubmit={(event) => {
          event.preventDefault();
          onMake(new FormData(event.currentTarget));
        }}
      >
        <TextField label="What is it for?" name="name" required maxLength={100} autoComplete="off" refusal={refusal} />
        <SelectField label="It may" name="access" refusal={refusal}>
          <option value="read">read</option>
          <option value="write">read and change</option>
        </SelectField>
        <TextField
          label="Days until it ends"
          name="days"
          type="number"
          min={1}
          max={366}
          defaultValue={90}
          required
          refusal={refusal}
        />
        <RefusalLine refusal={refusal} fields={["name", "access", "days", ...also]} />
        {children}
        <div>
          <Button type="submit" look="primary" disabled={waits}>
            Make the token
          </Button>
        </div>
        {token === undefined ? null : (
          <ShownOnce value={token}>
            It is shown this once. Keep it where the program finds it and nobody else.
          </ShownOnce>
        )}
      </form>
    </Sheet>
  );
}

/** What was typed of what every token is asked for. */
export function tokenTyped(typed: FormData): { name: string; access: "read" | "write"; days: number } {
  return {
    name: textOf(typed, "name"),
    access: typed.get("access") === "write" ? "write" : "read",
    days: Number(typed.get("days")),
  };
}
