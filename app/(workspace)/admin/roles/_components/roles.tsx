"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { ListStates } from "@/components/ui/list-states";
import { DataTable } from "@/components/ui/data-table";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { COUNCIL_ROLES, ROLES, TEAM_ROLES } from "@/server/core/domain/permissions";
import { rolesVerdict } from "@/server/identity/domain/roles-verdict";
import type { Holder } from "@/server/identity/people-queries";
import { trail } from "../../../../_shell/registry";
import { ROLE_WORDS } from "../../../../_shell/roles";
import { ExportLink } from "../../../../_shell/views/list-actions";
import { useTRPC } from "../../../../_trpc/client";
import { Matrix } from "./matrix";
import styles from "./roles.module.css";

const COLUMNS = [{ title: "Role" }, { title: "Holds" }, { title: "Given by" }, { title: "Who holds it" }];

/** Who holds which role, and what each may do: the very table that the server asks. */
export function Roles() {
  const query = useQuery(useTRPC().people.holders.queryOptions());
  const holders = query.data ?? [];
  const verdict = query.data ? rolesVerdict(holders) : null;
  return (
    <Page crumbs={trail("roles")} actions={<ExportLink list="roles" />}>
      <Headline title={verdict ?? "Roles"}>
        Administrators administer: they sit on no council by it. Seats on the council are the chair’s to give and take,
        every other role an administrator’s, and nobody gives one to themselves.
      </Headline>
      <Sheet title="Who holds them" flush>
        <ListStates
          asked={query}
          failed="Who holds which role could not be read."
          rows={7}
          isEmpty={false}
          empty={null}
        >
          <DataTable label="Roles" columns={COLUMNS}>
            {ROLES.map((role) => (
              <tr key={role}>
                <td>
                  <strong>{ROLE_WORDS[role]}</strong>
                </td>
                <td>{TEAM_ROLES.has(role) ? "in a team" : "everywhere"}</td>
                <td>{COUNCIL_ROLES.has(role) ? "the chair" : "an administrator"}</td>
                <td>
                  <Names holders={holders.filter((holder) => holder.role === role)} />
                </td>
              </tr>
            ))}
          </DataTable>
        </ListStates>
      </Sheet>
      <Matrix />
    </Page>
  );
}

function Names({ holders }: { holders: readonly Holder[] }) {
  if (holders.length === 0) return <span className="muted">nobody</span>;
  return (
    <ul className={styles.names}>
      {holders.map(({ userId, name, disabled, teamId, teamName }) => (
        <li key={`${userId}${teamId ?? ""}`}>
          <Link href={`/admin/people/${userId}`}>{name}</Link>
          {teamName ? <span className="muted">, {teamName}</span> : null}
          {disabled ? <span className="muted">, disabled</span> : null}
        </li>
      ))}
    </ul>
  );
}
