import type { Progress } from "./progress";
import type { Settings } from "./settings";
import type { Supervisor } from "./supervisor";

export interface PlantOptions {
  settings: Settings;
  supervisor: Supervisor;
  progress: Progress;
  databaseUrl: string;
  mqttUrl: string;
}

/** Starts the demo's edge workers. @returns address of each one's /health */
export async function startPlant(_options: PlantOptions): Promise<Record<string, string>> {
  return {};
}
