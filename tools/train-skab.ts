import { resolve } from "node:path";
import { SKAB_RECORDINGS } from "./recorded-data";
import { trainSkabModel } from "@/server/models/train-skab";

/** Trains the model that docs/examples/skab-replay.yaml runs; arguments: data folder, output folder. */
const [dataDir = SKAB_RECORDINGS, outDir = ".throughline/models"] = process.argv.slice(2);
const { file, sha256 } = await trainSkabModel(resolve(dataDir), resolve(outDir));
process.stdout.write(`${file}\nsha256:${sha256}\n`);
