import { openFolderStore } from "./folder";
import type { ObjectStore } from "./object";
import { openS3Store } from "./s3";

/**
 * Opens the store a URL names: `file:///var/lib/throughline/objects`, or
 * `s3://KEY:SECRET@host:port/bucket/prefix?region=eu-west-1&tls=false` for anything that speaks the S3 protocol.
 *
 * @throws {RangeError} with the two accepted forms when the URL is neither.
 */
export function openObjectStore(url: string): ObjectStore {
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol === "file:") return openFolderStore(new URL(url));
  if (protocol === "s3:") return openS3Store(new URL(url));
  throw new RangeError(
    "OBJECT_STORE_URL must be file:///absolute/folder or s3://KEY:SECRET@host/bucket?region=…; it is neither",
  );
}

let shared: { url: string; store: ObjectStore } | null = null;

/** The store that OBJECT_STORE_URL names, opened once. */
export function storedObjects(): ObjectStore {
  const url = process.env.OBJECT_STORE_URL ?? "";
  if (shared?.url !== url) shared = { url, store: openObjectStore(url) };
  return shared.store;
}
