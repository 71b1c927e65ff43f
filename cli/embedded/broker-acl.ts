import { INGEST_USER } from "./credentials";

/**
 * Who may do what on the embedded broker (wire.md §1): a node writes below its own `up/` and reads below its own `dn/`;
 * the control plane the other way round, and it writes the `uns/1/` projection. Everything else is refused.
 * Mosquitto reads the rules as text, the npm broker calls the functions; the same tests run against both.
 */
export const MOSQUITTO_ACL = `user ${INGEST_USER}
topic read tl/1/+/up/#
topic write tl/1/+/dn/#
topic write uns/1/#

pattern write tl/1/%u/up/#
pattern read tl/1/%u/dn/#
`;

export function mayPublish(user: string, topic: string): boolean {
  const levels = topic.split("/");
  if (levels[0] === "tl" && levels[1] === "1" && levels.length > 4) {
    if (levels[2] === user && levels[3] === "up") return true;
    return user === INGEST_USER && levels[3] === "dn";
  }
  return user === INGEST_USER && levels[0] === "uns" && levels[1] === "1" && levels.length > 2;
}

/** Whether everything that the filter can match may be read. */
export function maySubscribe(user: string, filter: string): boolean {
  const [tl, version, node, direction] = filter.split("/");
  if (tl !== "tl" || version !== "1") return false;
  if (node === user && direction === "dn") return true;
  return user === INGEST_USER && direction === "up" && node !== "#";
}
