import { type EventFigures, shares } from "@/server/models/domain/event-scoring";

export function printModelFigure(figure: string, value: number, unit: string, goal: string, n: number): void {
  process.stdout.write(
    `${JSON.stringify({ area: "model", figure, value: Math.round(value * 1_000) / 1_000, unit, goal, n })}\n`,
  );
}

/** The figures of some recordings together, a JSON line each. */
export function tell(name: string, figures: EventFigures): void {
  const { f1, far, mar } = shares(figures);
  const delays = [...figures.delaysS].sort((a, b) => a - b);
  const line = (figure: string, value: number, unit: string, goal: string, n: number): void => {
    printModelFigure(`${name}.${figure}`, value, unit, goal, n);
  };
  line("found", figures.found, "1", `of ${figures.events} events`, figures.events);
  line("false_alarms_per_h", figures.falseAlarms / figures.normalHours, "/h", "report", figures.falseAlarms);
  line("delay_median_s", delays[delays.length >> 1] ?? Number.NaN, "s", "report", delays.length);
  line("f1", f1, "1", "report; always-alarm is 0.70", figures.events);
  line("far", 100 * far, "%", "report", figures.events);
  line("mar", 100 * mar, "%", "report", figures.events);
}
