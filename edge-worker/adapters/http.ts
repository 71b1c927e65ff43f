import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { publicAddress } from "@/sdk/wire/address";
import type { Adapter, Sample } from "../samples";
import { wordsOf } from "../words";
import { MessageMapping, sampleOf } from "./paths";

/**
 * Asks an address at intervals. It fetches whatever the configuration names, also inside the plant's network: that is its
 * purpose, so who may write the configuration decides what this node may reach.
 */
export const HttpConfig = MessageMapping.extend({
  kind: z.literal("http"),
  url: z.url({ protocol: /^https?$/, error: "must be an http or https address" }),
  headers: z.record(z.string(), z.string()).default({}),
  everyMs: z.number().min(10).default(1_000),
  timeoutMs: z.number().positive().default(5_000),
  maxBytes: z.int().positive().default(1_048_576),
});
export type HttpConfig = z.infer<typeof HttpConfig>;

const MAX_BACKOFF_MS = 60_000;

/**
 * A failed request is trouble, not an end: it is told by `trouble()` and asked again after a pause that doubles up to a
 * minute. An answer that has not changed (304 for the ETag we send) gives no reading; only the ETag of an answer that could be
 * read is sent, or an unreadable one would count as known. Requests never overlap. User and password of the address go as
 * basic authorization, because `fetch` refuses them in an address; nobody is shown them, nor the query.
 */
export function httpAdapter(config: HttpConfig, { now = Date.now }: { now?: () => number } = {}): Adapter {
  let trouble: string | null = null;
  const address = publicAddress(config.url);
  const { url, authorization } = withoutUser(config.url);
  const own = new Headers({ ...(authorization ? { authorization } : {}) });
  for (const [name, value] of Object.entries(config.headers)) own.set(name, value);

  async function* run(signal: AbortSignal): AsyncGenerator<Sample> {
    let etag: string | null = null;
    let failures = 0;
    while (!signal.aborted) {
      const startedMs = now();
      try {
        const headers = new Headers(own);
        if (etag) headers.set("if-none-match", etag);
        const response = await fetch(url, {
          headers,
          signal: AbortSignal.any([signal, AbortSignal.timeout(config.timeoutMs)]),
        });
        if (response.status !== 304) {
          if (!response.ok) throw new RangeError(`it answers ${response.status}`);
          const body = await readBody(response, config.maxBytes);
          const sample = sampleOf(body, config, now());
          etag = response.headers.get("etag");
          yield sample;
        }
        trouble = null;
        failures = 0;
      } catch (cause) {
        if (signal.aborted) return;
        failures += 1;
        trouble = `${address}: ${wordsOf(cause)}`;
      }
      const pauseMs = Math.min(MAX_BACKOFF_MS, config.everyMs * 2 ** Math.min(failures, 10));
      await sleep(Math.max(0, (failures > 0 ? pauseMs : config.everyMs) - (now() - startedMs)), undefined, {
        signal,
      }).catch(() => undefined);
    }
  }

  return { name: `http ${address}`, run, trouble: () => trouble };
}

/** The address as `fetch` takes it, and the header that stands for its user and password. */
function withoutUser(address: string): { url: string; authorization: string | null } {
  const url = new URL(address);
  const { username, password } = url;
  if (!username && !password) return { url: address, authorization: null };
  url.username = "";
  url.password = "";
  const pair = `${decoded(username)}:${decoded(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** A percent sign that begins no escape stands for itself. */
function decoded(text: string): string {
  return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"));
}

/** @throws {RangeError} when the answer is longer than allowed; the rest is not read */
async function readBody(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  if (!response.body) return text;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new RangeError(`the answer is longer than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
