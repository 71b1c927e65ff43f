import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Adapter, Sample } from "../samples";
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
 * minute. An answer that has not changed (304 for the ETag we send) gives no reading. Requests never overlap.
 */
export function httpAdapter(config: HttpConfig, { now = Date.now }: { now?: () => number } = {}): Adapter {
  let trouble: string | null = null;

  async function* run(signal: AbortSignal): AsyncGenerator<Sample> {
    let etag: string | null = null;
    let failures = 0;
    while (!signal.aborted) {
      const startedMs = now();
      try {
        const headers: Record<string, string> = { ...config.headers, ...(etag ? { "if-none-match": etag } : {}) };
        const response = await fetch(config.url, {
          headers,
          signal: AbortSignal.any([signal, AbortSignal.timeout(config.timeoutMs)]),
        });
        if (response.status !== 304) {
          if (!response.ok) throw new RangeError(`${config.url} answers ${response.status}`);
          const body = await readBody(response, config.maxBytes);
          etag = response.headers.get("etag");
          yield sampleOf(body, config, now());
        }
        trouble = null;
        failures = 0;
      } catch (cause) {
        if (signal.aborted) return;
        failures += 1;
        trouble = cause instanceof Error ? `${config.url}: ${cause.message}` : String(cause);
      }
      const pauseMs = Math.min(MAX_BACKOFF_MS, config.everyMs * 2 ** Math.min(failures, 10));
      await sleep(Math.max(0, (failures > 0 ? pauseMs : config.everyMs) - (now() - startedMs)), undefined, {
        signal,
      }).catch(() => undefined);
    }
  }

  return { name: `http ${config.url}`, run, trouble: () => trouble };
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
