import { ownerIdOf } from "@/server/core/actor";
import { answerRoute } from "@/server/core/answer-route";
import { type Ctx, visitOf, webLiveHub } from "@/server/core/context";
import { can } from "@/server/core/domain/permissions";
import { UNATTENDED } from "@/server/core/door";
import type { LiveMessage } from "@/server/core/live-hub";
import { Refused } from "@/server/core/refusal";
import { shutdownSignal } from "@/server/core/shutdown";
import { StreamLimit } from "@/server/core/stream-limit";
import { LiveAddress } from "@/server/fabric/domain/address-inputs";

export const dynamic = "force-dynamic";

const limit = new StreamLimit();
/** The browser takes three missed beats for a dead connection: see BEAT_MS in app/_shell/live-policy.ts. */
const BEAT_MS = 5_000;

/**
 * `GET /api/live?streams=1,2,3`: server-sent events for one browser. Ends when the browser goes, when the server is told to end, when
 * whoever listens may no longer see the same rows, and when the browser reads slower than it is told (it comes back and starts from the
 * newest values).
 */
export function GET(request: Request): Promise<Response> {
  // Nobody causes it: the line opens and asks again by itself, for as long as a tab is open.
  const headers = new Headers(request.headers);
  headers.set(UNATTENDED, "1");
  const door = { action: "stream.read", query: LiveAddress, visit: visitOf(headers) } as const;
  return answerRoute(request, door, async (ctx, { streams }) => lineOf(ctx, streams, headers, request.signal));
}

function lineOf(ctx: Ctx, streams: readonly number[], headers: Headers, gone: AbortSignal): Response {
  const leave = limit.enter(ctx.actor.id);
  if (typeof leave !== "function") throw new Refused(leave);
  const over = AbortSignal.any([gone, shutdownSignal()]);
  const encoder = new TextEncoder();

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let closed = false;
        const close = () => {
          if (closed) return;
          closed = true;
          clearInterval(beat);
          unsubscribe();
          leave();
          controller.close();
        };
        const write = (text: string) => {
          if (closed) return;
          if ((controller.desiredSize ?? 0) <= 0) close();
          else controller.enqueue(encoder.encode(text));
        };
        // A message and no comment: an EventSource tells its page nothing of comments.
        const beat = setInterval(() => {
          write('data: {"type":"beat"}\n\n');
          // Whoever was signed out, disabled or lost the role meanwhile hears no more; nor does the line of somebody whose teams
          // changed go on with the old ones: the browser comes back and is told what it may see now.
          visitOf(headers)
            .as("stream.read")
            .then((again) => {
              if (again.scope !== ctx.scope || can(again.actor, "jobs.read") !== can(ctx.actor, "jobs.read")) close();
            }, close);
        }, BEAT_MS);
        const unsubscribe = webLiveHub().subscribe({
          sql: ctx.sql,
          scope: ctx.scope,
          streams: new Set(streams),
          ownerId: ownerIdOf(ctx.actor),
          seesJobs: can(ctx.actor, "jobs.read"),
          send: (message: LiveMessage) => write(`data: ${JSON.stringify(message)}\n\n`),
        });
        over.addEventListener("abort", close, { once: true });
        write(": connected\n\n");
        if (over.aborted) close();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 256 * 1024 }),
  );
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
