"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { toast } from "sonner";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { type Column, DataTable } from "@/components/ui/data-table";
import table from "@/components/ui/table.module.css";
import type { SiteRow, TeamRow } from "@/server/identity/team-queries";
import { ROLE_WORDS } from "../../../../_shell/roles";
import { useTRPC } from "../../../../_trpc/client";
import { EditTeam } from "./edit-team";
import styles from "./teams.module.css";

const COLUMNS: readonly Column[] = [
  { title: "Team" },
  { title: "Members" },
  { title: "Nodes", isNumber: true },
  { title: "Streams", isNumber: true },
  { title: "Change", isTitleHidden: true },
];

/** Each team with its people and its nodes. */
export function TeamTable({
  teams,
  sites,
  mayChange,
}: {
  teams: readonly TeamRow[];
  sites: readonly SiteRow[];
  mayChange: boolean;
}) {
  return (
    <DataTable label="Teams" columns={mayChange ? COLUMNS : COLUMNS.slice(0, -1)}>
      {teams.map((team) => (
        <tr key={team.id}>
          <td>
            <strong>{team.name}</strong>
            <span className={table.sub}>
              {sites.find(({ id }) => id === team.siteId)?.name ?? "no site"}
              {team.isDefault ? ", new nodes wait here" : ""}
            </span>
          </td>
          <td>
            {team.members.length === 0 ? <span className="muted">nobody</span> : null}
            <ul className={styles.members}>
              {team.members.map(({ userId, name, role, disabled }) => (
                <li key={`${userId}${role}`}>
                  <Link href={`/admin/people/${userId}`}>{name}</Link>
                  <span className="muted">
                    , {ROLE_WORDS[role].toLowerCase()}
                    {disabled ? ", disabled" : ""}
                  </span>
                </li>
              ))}
            </ul>
          </td>
          <td className={table.num}>
            <Link href={`/fleet?team=${team.id}`} aria-label={`${team.nodes} nodes of ${team.name}`}>
              {team.nodes}
            </Link>
          </td>
          <td className={table.num}>{team.streams}</td>
          {mayChange ? (
            <td>
              <TeamActs team={team} sites={sites} />
            </td>
          ) : null}
        </tr>
      ))}
    </DataTable>
  );
}

function TeamActs({ team, sites }: { team: TeamRow; sites: readonly SiteRow[] }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const again = { onSettled: () => client.invalidateQueries() };
  const remove = useMutation(trpc.teams.remove.mutationOptions(again));
  const makeDefault = useMutation(trpc.teams.makeDefault.mutationOptions(again));
  return (
    <span className={styles.acts}>
      <EditTeam team={team} sites={sites} />
      {team.isDefault ? null : (
        <>
          <ConfirmButton
            label="Let new nodes wait here"
            name={`Let new nodes wait with ${team.name}`}
            title={`Let new nodes wait with ${team.name}?`}
            verb="Let them wait here"
            does={
              <p>
                Nodes that announce themselves belong to {team.name} from now on, until somebody moves them. Those that
                are here already stay where they are.
              </p>
            }
            onConfirm={() => makeDefault.mutateAsync({ id: team.id })}
          />
          <ConfirmButton
            label="Remove"
            name={`Remove ${team.name}`}
            title={`Remove the team ${team.name}?`}
            verb="Remove"
            does={
              <p>
                A team goes only when it has neither nodes, members nor tokens. Tokens of it that are over go with it;
                the audit log keeps its name.
              </p>
            }
            onConfirm={async () => {
              await remove.mutateAsync({ id: team.id });
              toast(`${team.name} is removed`);
            }}
          />
        </>
      )}
    </span>
  );
}
