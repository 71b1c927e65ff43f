import { z } from "zod";
import type { Sql } from "@/db/access";
import { Digest, NodeId } from "@/sdk/wire/names";
import { answered } from "@/server/core/failure";
import { tokenMatches } from "@/server/core/node-token";
import { queryOf, readQuery } from "@/server/core/query";
import { Refused } from "@/server/core/refusal";
import { parseByteRange } from "./domain/byte-range";
import type { ObjectStore } from "./objects/object";
import { storedObjects } from "./objects/store";

/**
 * `GET /api/v1/artifacts/{sha256}` (wire contract §6): the bytes of a model or of its manifest, for the node whose desired
 * document names them. HTTP Basic with node id and token; Range and If-Range, so that a download goes on where it broke off.
 *
 * The bytes are checked against their digest before any leaves: 502 when the store is damaged or cannot be reached. What the
 * node was not told to fetch is 404 to it, as is what does not exist.
 */
export function serveArtifact(
  request: Request,
  sha256: string,
  parts: { sql: Sql; store: ObjectStore },
): Promise<Response> {
  return answered(request, () => giveArtifact(request, sha256, parts));
}

async function giveArtifact(
  request: Request,
  sha256: string,
  { sql, store }: { sql: Sql; store: ObjectStore },
): Promise<Response> {
  readQuery(queryOf(new URL(request.url).searchParams), z.strictObject({}));
  const node = await authenticate(request.headers.get("authorization"), sql);
  if (node === null)
    throw new Refused({
      status: 401,
      code: "E_UNAUTHENTICATED",
      message: "Sign in with the node's id and its token.",
      challenge: 'Basic realm="nodes"',
    });
  const digest = Digest.safeParse(sha256.startsWith("sha256:") ? sha256 : `sha256:${sha256}`);
  if (!digest.success)
    throw problem(400, "E_ID", "The artifact's name must be the 64 hexadecimal digits of its SHA-256.", "sha256");
  if (!(await isWantedBy(sql, node, digest.data)))
    throw problem(404, "E_NOT_FOUND", "The desired document of this node names no such artifact.");

  let bytes: Uint8Array | null;
  try {
    bytes = await store.get(digest.data);
  } catch (cause) {
    const message = "The object store cannot give this artifact now; try again later.";
    throw new Refused({ status: 502, code: "E_UNAVAILABLE", message }, { cause });
  }
  if (bytes === null) throw problem(404, "E_NOT_FOUND", "The object store does not have this artifact.");

  const etag = `"${digest.data}"`;
  const headers = {
    etag,
    "accept-ranges": "bytes",
    "content-type": "application/octet-stream",
    "cache-control": "private, max-age=31536000, immutable",
  };
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
  const isSame = (request.headers.get("if-range") ?? etag) === etag;
  const range = isSame ? parseByteRange(request.headers.get("range"), bytes.length) : null;
  if (range === "unsatisfiable")
    return new Response(null, { status: 416, headers: { ...headers, "content-range": `bytes */${bytes.length}` } });
  const part = range === null ? bytes : bytes.subarray(range.from, range.to + 1);
  return new Response(request.method === "HEAD" ? null : new Uint8Array(part), {
    status: range === null ? 200 : 206,
    headers: {
      ...headers,
      "content-length": String(part.length),
      ...(range === null ? {} : { "content-range": `bytes ${range.from}-${range.to}/${bytes.length}` }),
    },
  });
}

/** `serveArtifact` with the object store that OBJECT_STORE_URL names. */
export function serveStoredArtifact(request: Request, sha256: string, { sql }: { sql: Sql }): Promise<Response> {
  return serveArtifact(request, sha256, { sql, store: storedObjects() });
}

/** The node that the header proves, or null: an unknown node and a wrong token are one answer. */
async function authenticate(header: string | null, sql: Sql): Promise<string | null> {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(header?.trim() ?? "")?.[1];
  if (encoded === undefined) return null;
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  if (!NodeId.safeParse(user).success) return null;
  const { rows } = await sql.query<{ token_hash: string }>(
    "select token_hash from nodes where id = $1 and token_hash is not null and status <> 'retired'",
    [user],
  );
  const stored = rows[0]?.token_hash;
  return stored !== undefined && tokenMatches(rest.join(":"), stored) ? user : null;
}

async function isWantedBy(sql: Sql, node: string, digest: string): Promise<boolean> {
  const { rows } = await sql.query(
    `select 1 from node_documents d, jsonb_array_elements(d.desired -> 'slots') slot
     where d.node_id = $1 and $2 in (slot ->> 'artifact', slot ->> 'manifest', slot ->> 'shadow') limit 1`,
    [node, digest],
  );
  return rows.length > 0;
}

function problem(status: number, code: string, message: string, field?: string): Refused {
  return new Refused({ status, code, message, ...(field === undefined ? {} : { field }) });
}
