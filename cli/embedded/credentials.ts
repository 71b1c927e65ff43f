/** Broker user of the control plane. No node may have this name. */
export const INGEST_USER = "throughline-ingest";

/** Broker users and their hashes, one per line: Mosquitto's own password_file, which the npm broker reads too. */
export type Credentials = ReadonlyMap<string, string>;

export function renderPasswordFile(credentials: Credentials): string {
  return [...credentials]
    .map(([user, hash]) => `${user}:${hash}\n`)
    .sort()
    .join("");
}

/** Nodes sign in at one listener, the control plane at another: each has users of its own. */
export function splitCredentials(credentials: Credentials): { nodes: Credentials; control: Credentials } {
  const isControl = ([user]: [string, string]) => user === INGEST_USER;
  return {
    nodes: new Map([...credentials].filter((entry) => !isControl(entry))),
    control: new Map([...credentials].filter(isControl)),
  };
}

export function parsePasswordFile(text: string): Credentials {
  const credentials = new Map<string, string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) credentials.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return credentials;
}
