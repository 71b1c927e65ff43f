/** The rows of one team, or all of them. */
export function ofTeam<T extends { teamId: string }>(rows: readonly T[], { team }: { team: string | null }): T[] {
  return rows.filter(({ teamId }) => team === null || teamId === team);
}
