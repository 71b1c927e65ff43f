import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { ACTIONS, type Action, PERMISSIONS, type Role, ROLES, type Scope } from "@/server/core/domain/permissions";
import { ROLE_WORDS } from "../../../../_shell/roles";
import styles from "./roles.module.css";

const SCOPE_WORDS: Readonly<Record<Scope, string>> = { org: "all", team: "team", self: "own" };
const COLUMNS = [{ title: "What it allows" }, ...ROLES.map((role) => ({ title: ROLE_WORDS[role] }))];

/** The permission matrix, drawn from the table that every procedure asks. */
export function Matrix() {
  return (
    <Sheet title="What each role may do" flush aside="all: everywhere · team: where the role is held · own: one’s own">
      <DataTable label="Permissions by role" columns={COLUMNS}>
        {ACTIONS.map((action) => (
          <tr key={action}>
            <td className={styles.says}>
              {PERMISSIONS[action].says}
              <code className={styles.action}>{action}</code>
            </td>
            {ROLES.map((role) => (
              <td key={role}>
                <ScopeOf action={action} role={role} />
              </td>
            ))}
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}

function ScopeOf({ action, role }: { action: Action; role: Role }) {
  const to: Partial<Record<Role, Scope>> = PERMISSIONS[action].to;
  const scope = to[role];
  if (scope === undefined)
    return (
      <span className="muted">
        <span aria-hidden="true">–</span>
        <span className="vh">not at all</span>
      </span>
    );
  return <strong>{SCOPE_WORDS[scope]}</strong>;
}
