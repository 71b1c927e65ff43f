import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export interface Identity {
  uid: number;
  gid: number;
}

/** In the promised folder: the path of the one that is used instead. */
const NOTE = "place";

/**
 * A folder for Mosquitto's files, and the user it runs as when we are root. Where that user cannot reach the promised folder
 * (under /root, say), the files lie in a temporary one, the same at every start: sessions are kept, and no start leaves another behind.
 */
export function prepareBrokerHome(wanted: string): { dir: string; runAs: Identity | null } {
  const runAs = process.getuid?.() === 0 ? unprivilegedUser() : null;
  const promised = resolve(wanted);
  mkdirSync(promised, { recursive: true, mode: 0o700 });
  if (runAs === null) return { dir: promised, runAs };
  const dir = canReach(dirname(promised), runAs) ? promised : placeOutside(promised, runAs);
  chownSync(dir, runAs.uid, runAs.gid);
  return { dir, runAs };
}

/** Where the files really are; the promised folder unless noted otherwise. */
export function brokerPlace(wanted: string): string {
  const note = join(resolve(wanted), NOTE);
  return existsSync(note) ? readFileSync(note, "utf8").trim() : resolve(wanted);
}

/** Deletes the broker's files, also where they lie outside. The broker must be stopped. */
export function removeBrokerData(wanted: string): void {
  for (const path of [brokerPlace(wanted), resolve(wanted)]) rmSync(path, { recursive: true, force: true });
}

/** The noted folder while it is the user's own: in a folder open to all, another's with the same name is not taken. */
function placeOutside(promised: string, { uid, gid }: Identity): string {
  const noted = brokerPlace(promised);
  if (noted !== promised) {
    const info = lstatSync(noted, { throwIfNoEntry: false });
    if (info?.isDirectory() && info.uid === uid) return noted;
  }
  const made = mkdtempSync(join(tmpdir(), "throughline-broker-"));
  chownSync(made, uid, gid);
  writeFileSync(join(promised, NOTE), `${made}\n`, { mode: 0o600 });
  return made;
}

function canReach(path: string, user: Identity): boolean {
  for (let at = path; ; at = dirname(at)) {
    const info = statSync(at);
    const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
    if ((info.mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function unprivilegedUser(): Identity {
  const entries = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const wanted of ["mosquitto", "nobody"]) {
    const entry = entries.find(([name]) => name === wanted);
    const uid = Number(entry?.[2]);
    const gid = Number(entry?.[3]);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new RangeError(
    "This system has neither a user `mosquitto` nor `nobody`, and a broker must not run as root. Start Throughline as an ordinary user.",
  );
}
