import type { AdapterConfig } from "../config";
import type { Adapter } from "../samples";
import type { StreamInfo } from "../worker";
import { httpAdapter } from "./http";
import { mqttAdapter } from "./mqtt";
import { replayAdapter } from "./replay";

/** An adapter and the streams it brings along; most read into streams that the configuration declares. */
export interface OpenedAdapter {
  adapter: Adapter;
  streams: (StreamInfo & { quantity: string; type: "number" | "boolean" })[];
}

export function openAdapter(config: AdapterConfig): OpenedAdapter {
  switch (config.kind) {
    case "replay":
      return { adapter: replayAdapter(config), streams: [] };
    case "mqtt":
      return { adapter: mqttAdapter(config), streams: [] };
    case "http":
      return { adapter: httpAdapter(config), streams: [] };
    case "simulator":
      throw new RangeError(`the plant ${config.plant} is not part of this build`);
  }
}
