import { total } from "@/server/models/domain/event-scoring";
import { judgeSkab, trainSkab } from "@/server/models/domain/skab";
import { readSkab } from "@/server/models/train-skab";
import { SKAB_RECORDINGS } from "@/tools/recorded-data";
import { tell } from "./model/figures";

/**
 * How the built-in detector does on SKAB's labelled recordings, as JSON lines. Protocol: one model per recording, trained
 * on its first 400 s, judged on the rest; `tuned` is the half on which the settings were chosen, `held` the half that
 * confirmed them. `oneModel` is one model for an operating point: learned from half of the valve1 recordings, judged on the
 * other half; `line` is the model that docs/examples/skab-replay.yaml runs, judged on all of valve1. Says so and goes on when there is no data.
 */
function benchSkab(dataDir: string): void {
  const recordings = readSkab(dataDir);
  if (recordings.length === 0) {
    process.stderr.write(`model: SKIPPED, no SKAB recordings under ${dataDir}\n`);
    return;
  }
  const figures = recordings.map((recording) => judgeSkab(recording, trainSkab([recording])));
  tell("skab", total(figures));
  tell("skab.tuned", total(figures.filter((_, index) => index % 2 === 0)));
  tell("skab.held", total(figures.filter((_, index) => index % 2 === 1)));
  const valve = recordings.filter(({ name }) => name.startsWith("valve1/"));
  const learned = valve.filter((_, index) => index < valve.length / 2);
  const model = trainSkab(learned);
  tell(
    "skab.oneModel",
    total(valve.filter((recording) => !learned.includes(recording)).map((recording) => judgeSkab(recording, model))),
  );
  const line = trainSkab(valve);
  tell("skab.line", total(valve.map((recording) => judgeSkab(recording, line))));
}

benchSkab(SKAB_RECORDINGS);
