import { DEMO_MODELS, type DemoModel, demoPipeline, trainDemoModel } from "./domain/demo-models";
import { type WrittenModel, writePcaModel } from "./write-model";

export interface TrainedDemoModel extends WrittenModel {
  plant: DemoModel["plant"];
  slot: string;
  /** the pipeline document that feeds the model, ready for an edge worker's configuration */
  pipeline: Record<string, unknown>;
  /** windows it was trained on */
  rows: number;
}

/**
 * Trains the demo's models from the simulator's normal running and writes `<name>.onnx` with `<name>.json` into `dir`.
 * The same seed gives files of the same digest.
 */
export async function trainDemoModels(dir: string, seed = 1): Promise<TrainedDemoModel[]> {
  const trained: TrainedDemoModel[] = [];
  for (const model of DEMO_MODELS) {
    const { pca, rows } = trainDemoModel(model, seed);
    const written = await writePcaModel(dir, pca, {
      name: model.name,
      version: `1.0.0-seed${seed}`,
      features: model.features,
      trainedOn: `simulated ${model.plant}, seed ${seed}, normal running, ${rows} windows of ${model.sizeMs / 1_000} s`,
    });
    trained.push({ ...written, plant: model.plant, slot: model.slot, pipeline: demoPipeline(model), rows });
  }
  return trained;
}
