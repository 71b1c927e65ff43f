import type { StreamSpec } from "@/sdk/wire/birth";
import type { AdapterConfig } from "../config";
import type { Adapter } from "../samples";
import type { StreamInfo } from "../worker";
import { httpAdapter } from "./http";
import { mqttAdapter } from "./mqtt";
import { replayAdapter } from "./replay";
import { simulatorAdapter, simulatorStreams } from "./simulator/simulator";

/** An adapter and the streams it brings along; most read into streams that the configuration declares. */
export interface OpenedAdapter {
  adapter: Adapter;
  streams: (StreamInfo & Pick<StreamSpec, "quantity" | "type" | "limits">)[];
}

/** Opens every adapter. Two that would be told by one name, such as two queries at one address, are numbered. */
export function openAdapters(configs: readonly AdapterConfig[]): OpenedAdapter[] {
  const opened = configs.map(openAdapter);
  return opened.map((one, index) => {
    const { name } = one.adapter;
    const isShared = opened.some((other) => other !== one && other.adapter.name === name);
    if (!isShared) return one;
    const nth = opened.slice(0, index + 1).filter((other) => other.adapter.name === name).length;
    return { ...one, adapter: { ...one.adapter, name: `${name} (${nth})` } };
  });
}

function openAdapter(config: AdapterConfig): OpenedAdapter {
  switch (config.kind) {
    case "replay":
      return { adapter: replayAdapter(config), streams: [] };
    case "mqtt":
      return { adapter: mqttAdapter(config), streams: [] };
    case "http":
      return { adapter: httpAdapter(config), streams: [] };
    case "simulator":
      return { adapter: simulatorAdapter(config), streams: simulatorStreams(config) };
  }
}
