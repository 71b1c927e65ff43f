import { z } from "zod";

const Lane = z.strictObject({
  /** first row and first batch of the history in its lane */
  row: z.int().nonnegative(),
  batch: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  batches: z.int().nonnegative(),
});

/** By lane of the wire, what a node's buffer was given. */
export const HistoryLanes = z.strictObject({ telemetry: Lane, inference: Lane, events: Lane });
export type HistoryLanes = z.infer<typeof HistoryLanes>;

/** The past of one demo node; times are epoch ms UTC. */
export const DemoHistory = z.strictObject({
  node: z.string().min(1),
  seed: z.int().nonnegative(),
  fromMs: z.number(),
  toMs: z.number(),
  epoch: z.string().min(1),
  lanes: HistoryLanes,
});
export type DemoHistory = z.infer<typeof DemoHistory>;

/** Something that was planted in a past. */
export const DemoStory = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]{0,39}$/),
  node: z.string().min(1),
  stream: z.string().min(1),
  title: z.string().min(1),
  sentence: z.string().min(1),
  cause: z.string().min(1),
  fromMs: z.number(),
  toMs: z.number(),
});
export type DemoStory = z.infer<typeof DemoStory>;

/** Something that a page of ours tells, not a chart: it has no stream and no time of its own. */
export const DemoPage = DemoStory.pick({ id: true, title: true, sentence: true }).extend({
  href: z.string().regex(/^\/[^/]/),
});
export type DemoPage = z.infer<typeof DemoPage>;
