"use client";
import Link from "next/link";
import { useState, type FormEvent } from "react";
import { z } from "zod";
import { Button } from "@/components/ui/button";
import { type FieldRefusal, RefusalLine, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import { Mark } from "../../_shell/mark";
import styles from "./sign-in.module.css";

interface Field {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autoComplete: string;
  hint?: string;
}

interface OneTimeFormProps {
  verb: "reset" | "setup";
  token: string;
  title: string;
  children: string;
  fields: readonly Field[];
  done: string;
}

const Refusal = z.object({ message: z.string(), field: z.string().optional() });

/** A form for who holds a one-time token: sets a password, or the whole installation up. What was typed stays when it is refused. */
export function OneTimeForm({ verb, token, title, children, fields, done }: OneTimeFormProps) {
  const [state, setState] = useState<"open" | "waits" | "done">("open");
  const [refusal, setRefusal] = useState<FieldRefusal | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const values = Object.fromEntries(fields.map(({ name }) => [name, textOf(form, name)]));
    setState("waits");
    setRefusal(null);
    const response = await fetch(`/api/account/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...values, token }),
    }).catch(() => null);
    if (response?.ok) return setState("done");
    const told = Refusal.safeParse(await response?.json().catch(() => null));
    setState("open");
    setRefusal(told.success ? told.data : { message: "The server did not answer. Try again in a moment." });
  };

  return (
    <main id="main" className={styles.page}>
      <div className={styles.door}>
        <p className={styles.brand}>
          <Mark /> Throughline
        </p>
        <h1>{state === "done" ? done : title}</h1>
        {state === "done" ? (
          <p>
            <Link href="/login">Sign in</Link>
          </p>
        ) : (
          <>
            <p className={styles.hint}>{children}</p>
            <form onSubmit={(event) => void submit(event)} className={forms.form}>
              {fields.map((field) => (
                <TextField key={field.name} {...field} required refusal={refusal} />
              ))}
              <RefusalLine refusal={refusal} fields={fields.map(({ name }) => name)} />
              <Button look="primary" type="submit" disabled={state === "waits"}>
                {verb === "reset" ? "Set the password" : "Set up"}
              </Button>
            </form>
          </>
        )}
      </div>
    </main>
  );
}
