import { z } from "zod";

/** A plant that exists only in equations; its streams come with it. */
export const SimulatorConfig = z.strictObject({
  kind: z.literal("simulator"),
  plant: z.enum(["pump-house", "press-line", "cold-store"]),
  seed: z.int().nonnegative().default(1),
  /** 1 = real time, 60 = a minute in a second */
  speed: z.number().positive().default(1),
  /** multiplies the plant's devices, for hundreds of streams */
  scale: z.int().positive().max(1_000).default(1),
  /** scripted causes: what goes wrong, where and when; checked by the simulator */
  script: z.array(z.record(z.string(), z.unknown())).default([]),
});
export type SimulatorConfig = z.infer<typeof SimulatorConfig>;
