"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import forms from "@/components/ui/form.module.css";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";
import { OneTimeLink } from "./one-time-link";
import { RoleFields, roleTyped } from "./role-fields";

/** Adds somebody with a first role, and shows the link with which they set their password. */
export function Invite() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const add = useMutation(
    trpc.people.add.mutationOptions({ onSuccess: () => client.invalidateQueries({ queryKey: trpc.people.pathKey() }) }),
  );
  const refusal = refusalOf(add.error);
  return (
    <FormButton
      label="Invite a person"
      look="primary"
      title={add.data ? `${add.variables?.name ?? ""} may come in` : "Invite a person"}
      verb="Make the link"
      waits={add.isPending}
      refusal={refusal}
      fields={["name", "email", "role", "teamId"]}
      onOpen={() => add.reset()}
      onSend={(typed) =>
        add.mutate({ name: textOf(typed, "name"), email: textOf(typed, "email"), withLink: true, ...roleTyped(typed) })
      }
      result={
        add.data?.token ? (
          <div className={forms.form}>
            <OneTimeLink token={add.data.token} />
            <Link href={`/admin/people/${add.data.userId}`}>Open their page</Link>
          </div>
        ) : null
      }
    >
      <TextField label="Name" name="name" required maxLength={200} autoComplete="off" refusal={refusal} />
      <TextField
        label="E-mail"
        name="email"
        type="email"
        required
        maxLength={254}
        autoComplete="off"
        hint="They sign in with it. No mail is sent: you hand the link over yourself."
        refusal={refusal}
      />
      <RoleFields refusal={refusal} />
    </FormButton>
  );
}
