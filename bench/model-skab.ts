import { type EventFigures, shares, total } from "@/server/models/domain/event-scoring";
import { judgeSkab, trainSkab } from "@/server/models/domain/skab";
import { readSkab } from "@/server/models/train-skab";
import { SKAB_RECORDINGS } from "@/tools/recorded-data";

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

function tell(name: string, figures: EventFigures): void {
  const { f1, far, mar } = shares(figures);
  const delays = [...figures.delaysS].sort((a, b) => a - b);
  const line = (figure: string, value: number, unit: string, goal: string, n: number): void => {
    process.stdout.write(
      `${JSON.stringify({ area: "model", figure: `${name}.${figure}`, value: Math.round(value * 1_000) / 1_000, unit, goal, n })}\n`,
    );
  };
  line("found", figures.found, "1", `of ${figures.events} events`, figures.events);
  line("false_alarms_per_h", figures.falseAlarms / figures.normalHours, "/h", "report", figures.falseAlarms);
  line("delay_median_s", delays[delays.length >> 1] ?? Number.NaN, "s", "report", delays.length);
  line("f1", f1, "1", "report; always-alarm is 0.70", figures.events);
  line("far", 100 * far, "%", "report", figures.events);
  line("mar", 100 * mar, "%", "report", figures.events);
}

benchSkab(SKAB_RECORDINGS);
