import { readApiConfig } from "./config";
import { type Visit, webRates } from "./context";
import { Refused } from "./refusal";
import { clientAddress } from "./web-server";

/**
 * Counts one request of the pages, of somebody known by who they are and of everybody else by where they come from: people of one plant
 * share an address, so it counts only until it is known who asks.
 * @throws {Refused} when it must wait
 */
export async function admitVisit(visit: Visit, headers: Headers): Promise<void> {
  const actor = await visit.who();
  if (!actor) return admitStranger(headers);
  const wait = await webRates().person.take(`web:${actor.kind}:${actor.id}`);
  if (wait) throw new Refused(wait);
}

/** The same for a request that nobody signed in can make: signing in itself, a form behind a one-time link, a node. @throws {Refused} */
export async function admitStranger(headers: Headers): Promise<void> {
  const wait = await webRates().stranger.take(`web:address:${addressOf(headers)}`);
  if (wait) throw new Refused(wait);
}

/** Where a request comes from, as the connection or our own reverse proxies say it; what the sender claims does not count. */
export function addressOf(headers: Headers): string {
  return clientAddress(headers, readApiConfig(process.env).proxies);
}
