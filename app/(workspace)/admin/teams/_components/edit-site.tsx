"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import type { SiteRow } from "@/server/identity/team-queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";

/** Makes a site, or renames one and corrects its time zone. */
export function EditSite({ site }: { site: SiteRow | null }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const again = { onSuccess: () => client.invalidateQueries() };
  const add = useMutation(trpc.teams.addSite.mutationOptions(again));
  const change = useMutation(trpc.teams.changeSite.mutationOptions(again));
  const sending = site ? change : add;
  const refusal = refusalOf(sending.error);
  return (
    <FormButton
      label={site ? "Change" : "Add a site"}
      {...(site ? { name: `Change ${site.name}`, size: "small" as const } : {})}
      title={site ? `The site ${site.name}` : "A new site"}
      verb={site ? "Save" : "Add the site"}
      waits={sending.isPending}
      refusal={refusal}
      fields={["id", "name", "timeZone"]}
      onOpen={() => sending.reset()}
      onSend={(typed, close) => {
        const input = { name: textOf(typed, "name"), timeZone: textOf(typed, "timeZone") };
        if (site) change.mutate({ id: site.id, ...input }, { onSuccess: close });
        else add.mutate({ id: textOf(typed, "id"), ...input }, { onSuccess: close });
      }}
    >
      {site ? null : (
        <TextField
          label="Id"
          name="id"
          required
          maxLength={63}
          autoComplete="off"
          hint="Small letters, digits, . _ and -, such as lyon. It never changes."
          refusal={refusal}
        />
      )}
      <TextField
        label="Name"
        name="name"
        required
        maxLength={100}
        autoComplete="off"
        defaultValue={site?.name ?? ""}
        refusal={refusal}
      />
      <TextField
        label="Time zone"
        name="timeZone"
        required
        maxLength={64}
        autoComplete="off"
        defaultValue={site?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone}
        hint="A name such as Europe/Paris. Days and shifts of reports are cut in it; stored times are UTC."
        refusal={refusal}
      />
    </FormButton>
  );
}
