import type { z } from "zod";
import type { TimeSeriesStore } from "@/db/timeseries/port";
import type { Ctx } from "@/server/core/context";
import type { Action } from "@/server/core/domain/permissions";
import { inputFault } from "@/server/core/input-faults";
import { Refused } from "@/server/core/refusal";
import { questionOf, type Cursors, type Place } from "./cursor";

/** What a handler is given besides its parameters. */
export interface Call {
  ctx: Ctx;
  store: () => Promise<TimeSeriesStore>;
  cursors: Cursors;
}

/** The same with the cursor of this very request opened, and a way to give out the next. */
export interface PageCall extends Call {
  after: Place | null;
  next(place: Place | null): string | null;
}

/**
 * One route of the public API, said once: the handler, the OpenAPI document and the readable page are all made of it. `action` is the
 * permission it needs.
 */
export interface ApiRoute {
  /** below /api/v1 */
  path: string;
  summary: string;
  description: string;
  action: Action;
  params: z.ZodObject;
  response: z.ZodType;
  /** name of the response in the document */
  responseName: string;
  /** the fields of a row as CSV and lines, for the routes that offer them */
  columns: readonly string[] | null;
  answer(raw: Readonly<Record<string, string>>, call: Call): Promise<{ body: unknown; format: string }>;
}

interface Definition<P extends z.ZodObject, R extends z.ZodType> {
  path: string;
  summary: string;
  description: string;
  action: Action;
  params: P;
  response: R;
  responseName: string;
  columns?: readonly string[];
  handle(params: z.output<P>, call: PageCall): Promise<z.input<R>>;
}

/** @throws {Refused} from `answer`, when the parameters cannot be used */
export function defineRoute<P extends z.ZodObject, R extends z.ZodType>(route: Definition<P, R>): ApiRoute {
  const { handle, columns, ...rest } = route;
  return {
    ...rest,
    columns: columns ?? null,
    answer: async (raw, call) => {
      const parsed = route.params.safeParse(raw);
      if (!parsed.success) throw new Refused({ status: 400, ...inputFault(parsed.error) });
      const question = questionOf(route.path, raw);
      const cursor = raw.cursor;
      const body = await handle(parsed.data, {
        ...call,
        after: cursor === undefined ? null : call.cursors.take(cursor, question),
        next: (place) => (place === null ? null : call.cursors.give(place, question)),
      });
      return { body, format: raw.format ?? "json" };
    },
  };
}
