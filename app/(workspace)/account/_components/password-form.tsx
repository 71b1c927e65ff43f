"use client";
import { useMutation } from "@tanstack/react-query";
import { Button } from "@/components/ui/button";
import { RefusalLine, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import { Sheet } from "@/components/ui/page";
import { useTRPC } from "../../../_trpc/client";
import { refusalOf } from "../../../_trpc/refusal";

const PASSWORD = { type: "password", required: true, maxLength: 256 } as const;

/** Sets another password, for who knows the present one. */
export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const change = useMutation(useTRPC().me.changePassword.mutationOptions({ onSuccess: onChanged }));
  const refusal = refusalOf(change.error);
  return (
    <Sheet title="Password">
      <form
        className={forms.form}
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const typed = new FormData(form);
          const input = { current: textOf(typed, "current"), next: textOf(typed, "next") };
          change.mutate(input, { onSuccess: () => form.reset() });
        }}
      >
        <TextField
          {...PASSWORD}
          label="Present password"
          name="current"
          autoComplete="current-password"
          refusal={refusal}
        />
        <TextField
          {...PASSWORD}
          label="New password, at least 12 characters"
          name="next"
          autoComplete="new-password"
          minLength={12}
          refusal={refusal}
        />
        <RefusalLine refusal={refusal} fields={["current", "next"]} />
        {change.isSuccess ? <p role="status">The new password holds. Your other sessions have ended.</p> : null}
        <div>
          <Button type="submit" disabled={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
