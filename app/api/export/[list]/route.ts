import { authenticate, refuse } from "@/server/core/authenticate";
import { NOT_HERE, type Ctx } from "@/server/core/context";
import type { Action } from "@/server/core/domain/permissions";
import { DomainError } from "@/server/core/errors";
import { FleetInput, QuarantineInput, StreamListInput } from "@/server/fabric/domain/read-inputs";
import { exportFleet, exportNodeLogins, exportQuarantine, exportStreams } from "@/server/fabric/export-queries";
import { NodeLogins } from "@/server/fabric/schema";
import { exportPeople } from "@/server/identity/export-queries";
import { PeopleInput } from "@/server/identity/schema";

export const dynamic = "force-dynamic";

interface Exportable {
  action: Action;
  /** @returns null when the filters of the address cannot be read */
  rows: (ctx: Ctx, query: Record<string, string | undefined>) => AsyncGenerator<string> | null;
}

/** The lists by name. Their filters are those of the page's address, under the page's own names. */
const LISTS: Readonly<Record<string, Exportable>> = {
  fleet: {
    action: "fleet.read",
    rows: (ctx, { q, show, site, team }) => {
      const input = FleetInput.safeParse({ q, show, site: site ?? null, team: team ?? null });
      return input.success ? exportFleet(ctx.sql, input.data, ctx.now()) : null;
    },
  },
  streams: {
    action: "stream.export",
    rows: (ctx, { q, node, state, site, team }) => {
      const status = state === undefined || state === "any" ? null : state;
      const input = StreamListInput.safeParse({
        q,
        node: node ?? null,
        status,
        site: site ?? null,
        team: team ?? null,
      });
      return input.success ? exportStreams(ctx.sql, input.data, ctx.now()) : null;
    },
  },
  people: {
    action: "users.read",
    rows: (ctx, { q, show, role, order, team }) => {
      const input = PeopleInput.safeParse({ q, show, order, role: role ?? null, team: team ?? null });
      return input.success ? exportPeople(ctx.sql, input.data) : null;
    },
  },
  "node-logins": {
    action: "fleet.manage",
    rows: (ctx, { q, show, site, team }) => {
      const input = NodeLogins.safeParse({ q, show, site: site ?? null, team: team ?? null });
      return input.success ? exportNodeLogins(ctx.sql, input.data) : null;
    },
  },
  quarantine: {
    action: "quarantine.read",
    rows: (ctx, { node, reason, status }) => {
      const input = QuarantineInput.safeParse({ node: node ?? null, reason: reason ?? null, status });
      return input.success ? exportQuarantine(ctx.sql, input.data) : null;
    },
  },
};

/** `GET /api/export/fleet?show=offline`: every row that the filters of the list leave, as CSV, streamed. */
export async function GET(request: Request, { params }: { params: Promise<{ list: string }> }): Promise<Response> {
  const { list } = await params;
  const exportable = Object.hasOwn(LISTS, list) ? LISTS[list] : undefined;
  const { ctx, refusal } = await authenticate(request, exportable?.action ?? "account.read");
  if (refusal) return refusal;
  if (!exportable) return refuse(new DomainError("not_found", NOT_HERE));
  const rows = exportable.rows(ctx, Object.fromEntries(new URL(request.url).searchParams));
  if (rows === null)
    return refuse(new DomainError("invalid_input", "The filters cannot be read. Open the list and export from there."));
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await rows.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await rows.return(undefined);
    },
  });
  const stamp = new Date(ctx.now()).toISOString().slice(0, 16).replace(/[-:]/g, "");
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${list}_${stamp}.csv"`,
      "cache-control": "no-store",
    },
  });
}
