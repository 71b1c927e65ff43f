import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { wordsOf } from "../words";

/** Where artifacts are fetched from, as whom, and where they are kept. */
export interface ArtifactSource {
  /** address of the control plane: http://host:port */
  url: string;
  node: string;
  token: string;
  /** folder of the cache; made when it is needed */
  dir: string;
}

/** An artifact is not here. `isPassing`: the same attempt may succeed later. */
export class ArtifactUnavailable extends Error {
  constructor(
    readonly code: "FETCH" | "DENIED" | "HASH" | "TOO_LARGE" | "NOT_SUPPORTED" | "SCHEMA",
    message: string,
    readonly isPassing: boolean,
  ) {
    super(message);
    this.name = "ArtifactUnavailable";
  }
}

/** No byte for this long ends an attempt; the next one goes on where it stopped. */
const STALL_MS = 10_000;

const hexOf = (digest: string): string => digest.replace(/^sha256:/, "");

/** The file of an artifact that is here and whole, or null. A damaged one is removed, so that it is fetched again. */
export async function findCached(dir: string, digest: string): Promise<string | null> {
  const path = join(dir, hexOf(digest));
  try {
    if ((await hashOf(path)) === digest) return path;
    await rm(path, { force: true });
    return null;
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
}

/**
 * The file of an artifact, fetched if it is not here (wire contract §6). What has come is kept in `<digest>.part`: an attempt
 * that breaks off goes on from there, also after a restart. The file gets its name only once its bytes have the digest.
 * @throws {ArtifactUnavailable}
 */
export async function fetchArtifact(source: ArtifactSource, digest: string, maxBytes: number): Promise<string> {
  const cached = await findCached(source.dir, digest);
  if (cached !== null) return cached;
  await mkdir(source.dir, { recursive: true, mode: 0o700 });
  const path = join(source.dir, hexOf(digest));
  const part = `${path}.part`;
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error(`nothing came for ${STALL_MS / 1_000} s`)), STALL_MS);
  try {
    await download(source, digest, part, maxBytes, { signal: stall.signal, alive: () => timer.refresh() });
  } catch (cause) {
    if (cause instanceof ArtifactUnavailable) throw cause;
    const why = wordsOf(cause);
    throw new ArtifactUnavailable("FETCH", `${digest} could not be fetched from ${source.url}: ${why}.`, true);
  } finally {
    clearTimeout(timer);
  }
  const found = await hashOf(part);
  if (found !== digest) {
    await rm(part, { force: true });
    throw new ArtifactUnavailable("HASH", `${source.url} gave ${found} for ${digest}; it was thrown away.`, true);
  }
  await rename(part, path);
  return path;
}

/** Removes what is kept of artifacts that are not wanted any more. */
export async function pruneArtifacts(dir: string, wanted: ReadonlySet<string>): Promise<void> {
  const names = await readdir(dir).catch((cause: unknown) => {
    if (isMissing(cause)) return [];
    throw cause;
  });
  for (const name of names)
    if (!wanted.has(`sha256:${name.replace(/\.part$/, "")}`)) await rm(join(dir, name), { force: true });
}

async function download(
  source: ArtifactSource,
  digest: string,
  part: string,
  maxBytes: number,
  { signal, alive }: { signal: AbortSignal; alive(): void },
): Promise<void> {
  const have = await sizeOf(part);
  const response = await fetch(new URL(`/api/v1/artifacts/${hexOf(digest)}`, source.url), {
    headers: {
      authorization: `Basic ${Buffer.from(`${source.node}:${source.token}`).toString("base64")}`,
      ...(have > 0 ? { range: `bytes=${have}-`, "if-range": `"${digest}"` } : {}),
    },
    redirect: "error",
    signal,
  });
  if (response.status === 416) {
    await rm(part, { force: true });
    throw new ArtifactUnavailable("FETCH", `What was kept of ${digest} is longer than it; it is fetched anew.`, true);
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel();
    throw refusalOf(response.status, digest, source.url);
  }
  const goesOn =
    response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${have}-`) === true;
  const file = await open(part, goesOn ? "a" : "w", 0o600);
  try {
    await copy(response, file, goesOn ? have : 0, maxBytes, alive);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function copy(response: Response, file: FileHandle, start: number, maxBytes: number, alive: () => void) {
  const reader = response.body?.getReader();
  if (!reader) return;
  let size = start;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw new ArtifactUnavailable("TOO_LARGE", `It is larger than the ${maxBytes} bytes a model may have.`, false);
    }
    await file.writeFile(value);
  }
}

function refusalOf(status: number, digest: string, url: string): ArtifactUnavailable {
  if (status === 401)
    return new ArtifactUnavailable("DENIED", `${url} does not know this node or its token. Check the token.`, true);
  return new ArtifactUnavailable("FETCH", `${url} answered ${status} to the request for ${digest}.`, true);
}

async function hashOf(path: string): Promise<string> {
  return `sha256:${createHash("sha256")
    .update(await readFile(path))
    .digest("hex")}`;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if (isMissing(cause)) return 0;
    throw cause;
  }
}

const isMissing = (cause: unknown): boolean => cause instanceof Error && "code" in cause && cause.code === "ENOENT";
