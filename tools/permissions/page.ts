import { ACTIONS, PERMISSIONS, ROLES } from "@/server/core/domain/permissions";

const WORDS = { org: "all", team: "team", self: "own" } as const;

/** The page docs/security/permissions.md, from the table that the server asks. */
export function permissionsPage(): string {
  const header = ["Permission", "What it allows", ...ROLES];
  const rows = ACTIONS.map((action) => {
    const { says, to } = PERMISSIONS[action];
    const scopes = new Map<string, keyof typeof WORDS>(Object.entries(to));
    return [
      `\`${action}\``,
      says,
      ...ROLES.map((role) => {
        const scope = scopes.get(role);
        return scope === undefined ? "–" : WORDS[scope];
      }),
    ];
  });
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return `# Who may do what

Made from \`server/core/domain/permissions.ts\` by \`npx tsx tools/permissions/generate.ts\`; a test fails when the two differ.

- **all**: in the whole organisation. **team**: in the teams where the role is held. **own**: what is one's own. **–**: not at all, and then
  the answer is the same as for what does not exist.
- Data scientists and technicians hold their role in a team; all other roles hold everywhere. Who holds several has the widest.
- A token acts with one role, or with those its owner has at that moment. One that only reads may use the permissions that end in \`.read\` or
  \`.export\`.
- Nobody gives a role to themselves, the last administrator cannot be taken away, and seats of the council are the chair's to give.

${[line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n")}
`;
}
