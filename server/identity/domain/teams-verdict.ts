interface Team {
  name: string;
  nodes: number;
  members: readonly { disabled: boolean }[];
}

/** The sentence over the teams: nodes that nobody looks after come before how many teams there are. */
export function teamsVerdict(teams: readonly Team[]): string {
  const alone = teams.filter(({ nodes, members }) => nodes > 0 && members.every(({ disabled }) => disabled));
  const [first] = alone;
  if (first && alone.length === 1)
    return `${first.name} has ${first.nodes} ${first.nodes === 1 ? "node" : "nodes"} and nobody who looks after them`;
  if (first) return `${alone.length} teams have nodes and nobody who looks after them`;
  const nodes = teams.reduce((sum, team) => sum + team.nodes, 0);
  return `${nodes} ${nodes === 1 ? "node belongs" : "nodes belong"} to ${teams.length} ${teams.length === 1 ? "team" : "teams"}`;
}
