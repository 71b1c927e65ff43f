"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import type { SiteRow, TeamRow } from "@/server/identity/team-queries";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";

/** Makes a team, or renames one and puts it at a site. */
export function EditTeam({ team, sites }: { team: TeamRow | null; sites: readonly SiteRow[] }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const again = { onSuccess: () => client.invalidateQueries() };
  const add = useMutation(trpc.teams.add.mutationOptions(again));
  const change = useMutation(trpc.teams.change.mutationOptions(again));
  const sending = team ? change : add;
  const refusal = refusalOf(sending.error);
  return (
    <FormButton
      label={team ? "Rename" : "Add a team"}
      {...(team ? { name: `Rename ${team.name}`, size: "small" as const } : { look: "primary" as const })}
      title={team ? `The team ${team.name}` : "A new team"}
      verb={team ? "Save" : "Add the team"}
      waits={sending.isPending}
      refusal={refusal}
      fields={["name", "siteId"]}
      onOpen={() => sending.reset()}
      onSend={(typed, close) => {
        const input = { name: textOf(typed, "name"), siteId: textOf(typed, "siteId") || null };
        if (team) change.mutate({ id: team.id, ...input }, { onSuccess: close });
        else add.mutate(input, { onSuccess: close });
      }}
    >
      <TextField
        label="Name"
        name="name"
        required
        maxLength={100}
        autoComplete="off"
        defaultValue={team?.name ?? ""}
        refusal={refusal}
      />
      <SelectField label="Site" name="siteId" defaultValue={team?.siteId ?? ""} refusal={refusal}>
        <option value="">no site</option>
        {sites.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
    </FormButton>
  );
}
