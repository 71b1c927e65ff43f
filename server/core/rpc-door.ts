import { z } from "zod";
import { MAX_RPC_BATCH } from "./domain/rpc-limits";
import { checkKeys, prescanJson } from "./json-prescan";
import { queryOf, readQuery } from "./query";
import { type Refusal, Refused } from "./refusal";
import { refuseChange } from "./same-origin";

/** Bytes of one request body. */
const MAX_BODY_BYTES = 1_048_576;
/** Objects and arrays within each other; our deepest input has six. */
const MAX_BODY_DEPTH = 32;
const PREFIX = "/api/trpc/";

/**
 * Looks at a tRPC request before tRPC does: method, where it comes from, type, number of procedures, size, depth and keys of its body.
 * Everything goes by POST, also reads: a link or an image of another site can make a browser send a GET, and it cannot send this.
 *
 * @returns the same request with its body read, or why it is refused
 */
export async function enterRpc(request: Request): Promise<{ request: Request } | { refusal: Refusal }> {
  if (request.method !== "POST") return { refusal: methodRefusal("POST") };
  const foreign = refuseChange(request.headers);
  if (foreign) return { refusal: foreign };
  if (request.headers.get("x-tl") !== "1") {
    return {
      refusal: {
        status: 403,
        code: "E_CSRF",
        message: "This address is for the pages of this server.",
        field: "x-tl",
        hint: "Programs use /api/v1 with an API token.",
      },
    };
  }
  const url = new URL(request.url);
  const stray = refuseParameters(url.searchParams);
  if (stray) return { refusal: stray };
  const paths = url.pathname.slice(PREFIX.length).split(",");
  if (paths.length > MAX_RPC_BATCH || paths.some((path) => path === "")) {
    return {
      refusal: {
        status: 400,
        code: "E_BATCH",
        message: `A request names one to ${MAX_RPC_BATCH} procedures, and this one names ${paths.length}.`,
        hint: "Send fewer at once.",
      },
    };
  }
  const read = await readJsonBody(request, MAX_BODY_BYTES, MAX_BODY_DEPTH);
  if ("refusal" in read) return read;
  if (typeof read.json !== "object" || read.json === null || Array.isArray(read.json)) {
    return {
      refusal: { status: 400, code: "E_TYPE", message: "The body must be a JSON object.", hint: "Wrap it in { }." },
    };
  }
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  return {
    request: new Request(request.url, { method: "POST", headers, body: read.text, signal: request.signal }),
  };
}

/** Inputs are in the body; an address says at most that there are several. */
function refuseParameters(query: URLSearchParams): Refusal | null {
  try {
    readQuery(queryOf(query), z.strictObject({ batch: z.literal("1").optional() }));
    return null;
  } catch (cause) {
    if (cause instanceof Refused) return cause.refusal;
    throw cause;
  }
}

export function methodRefusal(allow: string): Refusal {
  return { status: 405, code: "E_METHOD", message: `Only ${allow} is answered here.`, allow };
}

/** Reads a JSON body without ever holding more than `maxBytes` of it. */
export async function readJsonBody(
  request: Request,
  maxBytes: number,
  maxDepth: number,
): Promise<{ text: string; json: unknown } | { refusal: Refusal }> {
  const tooLarge = {
    refusal: {
      status: 413,
      code: "E_TOO_LARGE",
      message: `The body is larger than ${maxBytes} bytes.`,
      hint: "Send less at once.",
    },
  };
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return tooLarge;
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    size += part.value.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      return tooLarge;
    }
    parts.push(part.value);
  }
  const bytes = Buffer.concat(parts);
  const counted = prescanJson(bytes, maxDepth);
  if (!counted.ok) {
    const [status, code] = counted.of === "depth" ? ([400, "E_DEPTH"] as const) : ([413, "E_TOO_LARGE"] as const);
    return { refusal: { status, code, message: counted.refusal.message, ...hintOf(counted.refusal) } };
  }
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch {
    return {
      refusal: {
        status: 400,
        code: "E_JSON",
        message: "The body is not JSON in UTF-8.",
        hint: bytes[0] === 0xef ? "Remove the byte order mark." : "Check for a missing bracket, comma or quote.",
      },
    };
  }
  const keys = checkKeys(json, counted.value);
  if (!keys.ok) {
    const { message, field } = keys.refusal;
    return {
      refusal: { status: 400, code: "E_KEY", message, ...(field ? { field } : {}), ...hintOf(keys.refusal) },
    };
  }
  return { text, json };
}

function hintOf({ hint }: { hint?: string }): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
