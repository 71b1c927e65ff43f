"use client";
import { useMutation } from "@tanstack/react-query";
import { useId } from "react";
import { Button } from "@/components/ui/button";
import { textOf } from "@/components/ui/form-text";
import { Sheet } from "@/components/ui/page";
import { useTRPC } from "../../../_trpc/client";
import styles from "./account.module.css";

/** Sets another password, for who knows the present one. */
export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const id = useId();
  const change = useMutation(useTRPC().me.changePassword.mutationOptions({ onSuccess: onChanged }));
  return (
    <Sheet title="Password">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const typed = new FormData(form);
          const input = { current: textOf(typed, "current"), next: textOf(typed, "next") };
          change.mutate(input, { onSuccess: () => form.reset() });
        }}
      >
        <label htmlFor={`${id}current`}>Present password</label>
        <input
          id={`${id}current`}
          name="current"
          type="password"
          autoComplete="current-password"
          required
          maxLength={256}
        />
        <label htmlFor={`${id}next`}>New password, at least 12 characters</label>
        <input
          id={`${id}next`}
          name="next"
          type="password"
          autoComplete="new-password"
          required
          minLength={12}
          maxLength={256}
        />
        {change.error ? (
          <p role="alert" className={styles.refused}>
            {change.error.message}
          </p>
        ) : null}
        {change.isSuccess ? (
          <p role="status" className={styles.said}>
            The new password holds. Your other sessions have ended.
          </p>
        ) : null}
        <div>
          <Button type="submit" disabled={change.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
