"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { toast } from "sonner";
import { ConfirmButton } from "@/components/ui/confirm-button";
import { type Column, DataTable } from "@/components/ui/data-table";
import table from "@/components/ui/table.module.css";
import type { SiteRow, TeamRow } from "@/server/identity/team-queries";
import { useTRPC } from "../../../../_trpc/client";
import { EditSite } from "./edit-site";
import styles from "./teams.module.css";

const COLUMNS: readonly Column[] = [
  { title: "Site" },
  { title: "Time zone" },
  { title: "Teams" },
  { title: "Nodes", isNumber: true },
  { title: "Change", isTitleHidden: true },
];

/** Each site with its teams and how many nodes stand there. */
export function SiteTable({
  sites,
  teams,
  mayChange,
}: {
  sites: readonly SiteRow[];
  teams: readonly TeamRow[];
  mayChange: boolean;
}) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const remove = useMutation(trpc.teams.removeSite.mutationOptions({ onSettled: () => client.invalidateQueries() }));
  return (
    <DataTable label="Sites" columns={mayChange ? COLUMNS : COLUMNS.slice(0, -1)}>
      {sites.map((site) => (
        <tr key={site.id}>
          <td>
            <strong>{site.name}</strong>
            <span className={table.sub}>{site.id}</span>
          </td>
          <td>{site.timeZone}</td>
          <td>
            {teams
              .filter(({ siteId }) => siteId === site.id)
              .map(({ name }) => name)
              .join(", ") || <span className="muted">none</span>}
          </td>
          <td className={table.num}>
            <Link href={`/fleet?site=${site.id}`} aria-label={`${site.nodes} nodes of ${site.name}`}>
              {site.nodes}
            </Link>
          </td>
          {mayChange ? (
            <td>
              <span className={styles.acts}>
                <EditSite site={site} />
                <ConfirmButton
                  label="Remove"
                  name={`Remove ${site.name}`}
                  title={`Remove the site ${site.name}?`}
                  verb="Remove"
                  does={
                    <p>A site goes only when no team and no node is there any more. The audit log keeps its name.</p>
                  }
                  onConfirm={async () => {
                    await remove.mutateAsync({ id: site.id });
                    toast(`${site.name} is removed`);
                  }}
                />
              </span>
            </td>
          ) : null}
        </tr>
      ))}
    </DataTable>
  );
}
