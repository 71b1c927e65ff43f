"use client";
import { useState } from "react";
import { type FieldRefusal, SelectField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";
import { mayGrant, type Role, ROLES, TEAM_ROLES } from "@/server/core/domain/permissions";
import { ROLE_WORDS } from "../../../../_shell/roles";
import { useViewer } from "../../../../_shell/viewer";

/** A role, and the team of one that is held in a team. Those that are not this person's to give are shown and say why. */
export function RoleFields({ refusal }: { refusal: FieldRefusal | null }) {
  const viewer = useViewer();
  const giver = { kind: "user", memberships: (viewer?.roles ?? []).map((role) => ({ role, teamId: null })) } as const;
  const [role, setRole] = useState<Role | null>(null);
  const first = ROLES.find((one) => mayGrant(giver, one));
  const chosen = role ?? first;
  return (
    <>
      <SelectField
        label="Role"
        name="role"
        required
        value={chosen}
        onChange={(event) => setRole(roleNamed(event.target.value))}
        hint={
          mayGrant(giver, "chair")
            ? "Seats on the council are yours to give; other roles are an administrator’s."
            : "Seats on the council are the chair’s to give."
        }
        refusal={refusal}
      >
        {ROLES.map((one) => (
          <option key={one} value={one} disabled={!mayGrant(giver, one)}>
            {ROLE_WORDS[one]}
          </option>
        ))}
      </SelectField>
      {chosen && TEAM_ROLES.has(chosen) ? (
        <SelectField label="In which team" name="teamId" required refusal={refusal}>
          {(viewer?.teams ?? []).map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      ) : null}
    </>
  );
}

/** What was chosen in them. */
export function roleTyped(typed: FormData): { role: Role; teamId: string | null } {
  return { role: roleNamed(textOf(typed, "role")), teamId: textOf(typed, "teamId") || null };
}

/** @throws {RangeError} for what is no role: the list above offers none */
function roleNamed(name: string): Role {
  const role = ROLES.find((one) => one === name);
  if (!role) throw new RangeError(`${name} is no role`);
  return role;
}
