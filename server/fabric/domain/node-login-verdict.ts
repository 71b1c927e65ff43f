import type { Status } from "./health";

interface LoginFacts {
  all: number;
  withLogin: number;
  withoutLogin: number;
  retired: number;
}

/** The sentence over the logins: nodes that cannot come in, then how many can. */
export function loginsVerdict({ all, withLogin, withoutLogin }: LoginFacts): string {
  if (all === 0) return "No node is registered yet";
  const may = `${withLogin} ${withLogin === 1 ? "node" : "nodes"} may sign in`;
  return withoutLogin === 0 ? may : `${may}, ${withoutLogin} may not`;
}

/** What a node's login is worth now. */
export function loginState(node: { status: string; loginSetMs: number | null; online: boolean }): {
  status: Status;
  says: string;
} {
  if (node.status === "retired") return { status: "unknown", says: "retired, refused" };
  if (node.loginSetMs === null) return { status: "watch", says: "no login, refused" };
  return node.online ? { status: "ok", says: "signed in" } : { status: "unknown", says: "not connected" };
}
