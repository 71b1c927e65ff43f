/** Which nodes the list of logins shows. */
export const LOGINS_SHOWN = ["all", "with-login", "without-login", "retired"] as const;

export interface NodeLoginsInput {
  q: string;
  show: (typeof LOGINS_SHOWN)[number];
  team: string | null;
  site: string | null;
  /** Id of the last node of the page before. */
  cursor: string | null;
}
