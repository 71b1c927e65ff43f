/** One point on a line of scores: a window's end and how near the alarm limit (1) it came. */
export interface ScoredWindow {
  toMs: number;
  score: number;
}

/** When an alarm was on; `toMs` is null when it still was at the end. */
export interface AlarmSpan {
  fromMs: number;
  toMs: number | null;
}

/**
 * The edge's alarm rule on a line of scores: raised when the score has been at or over 1 for `forMs`, cleared when it has
 * been under 0.9 for as long (`threshold` of the pipelines, which a test holds this against).
 */
export function alarmsOf(windows: readonly ScoredWindow[], forMs: number): AlarmSpan[] {
  const spans: AlarmSpan[] = [];
  let open: AlarmSpan | null = null;
  let sinceMs: number | null = null;
  for (const { toMs, score } of windows) {
    const isPast: boolean = open ? score < 0.9 : score >= 1;
    if (!isPast) {
      sinceMs = null;
      continue;
    }
    sinceMs ??= toMs;
    if (toMs - sinceMs < forMs) continue;
    if (open) {
      open.toMs = toMs;
      open = null;
    } else spans.push((open = { fromMs: toMs, toMs: null }));
    sinceMs = null;
  }
  return spans;
}

export interface Judged {
  /** true spans of trouble in the recording */
  events: readonly { fromMs: number; toMs: number }[];
  alarms: readonly AlarmSpan[];
  /** what is judged; earlier readings were training */
  fromMs: number;
  toMs: number;
  /** capture times of the readings that are judged */
  readings: readonly { tsMs: number; isAnomaly: boolean }[];
}

export interface EventFigures {
  events: number;
  found: number;
  falseAlarms: number;
  /** hours of normal running that were judged */
  normalHours: number;
  delaysS: number[];
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/**
 * Counts what a person on shift would count. An event is **found** when an alarm is raised while it lasts (or within
 * `graceMs` after, because a window ends after what it saw); an alarm that was already on does not count. A **false
 * alarm** is one raised outside all events. Beside that, reading by reading as SKAB counts: an alarm claims every reading
 * while it is on.
 */
export function judge({ events, alarms, fromMs, toMs, readings }: Judged, graceMs: number): EventFigures {
  const inside = (event: { fromMs: number; toMs: number }, tsMs: number): boolean =>
    tsMs >= event.fromMs && tsMs <= event.toMs + graceMs;
  const raised = alarms.filter((alarm) => alarm.fromMs > fromMs);
  const delaysS: number[] = [];
  for (const event of events) {
    const first = raised.find((alarm) => inside(event, alarm.fromMs));
    if (first) delaysS.push((first.fromMs - event.fromMs) / 1_000);
  }
  const figures: EventFigures = {
    events: events.length,
    found: delaysS.length,
    falseAlarms: raised.filter((alarm) => !events.some((event) => inside(event, alarm.fromMs))).length,
    normalHours: (toMs - fromMs - events.reduce((sum, event) => sum + event.toMs - event.fromMs, 0)) / 3_600_000,
    delaysS,
    truePositives: 0,
    falsePositives: 0,
    falseNegatives: 0,
    trueNegatives: 0,
  };
  for (const { tsMs, isAnomaly } of readings) {
    if (tsMs <= fromMs) continue;
    const isAlarm = alarms.some((alarm) => tsMs >= alarm.fromMs && tsMs < (alarm.toMs ?? Number.POSITIVE_INFINITY));
    if (isAlarm) figures[isAnomaly ? "truePositives" : "falsePositives"] += 1;
    else figures[isAnomaly ? "falseNegatives" : "trueNegatives"] += 1;
  }
  return figures;
}

/** Figures of several recordings as one. */
export function total(parts: readonly EventFigures[]): EventFigures {
  const sum = (of: (part: EventFigures) => number): number => parts.reduce((all, part) => all + of(part), 0);
  return {
    events: sum((p) => p.events),
    found: sum((p) => p.found),
    falseAlarms: sum((p) => p.falseAlarms),
    normalHours: sum((p) => p.normalHours),
    delaysS: parts.flatMap((p) => p.delaysS),
    truePositives: sum((p) => p.truePositives),
    falsePositives: sum((p) => p.falsePositives),
    falseNegatives: sum((p) => p.falseNegatives),
    trueNegatives: sum((p) => p.trueNegatives),
  };
}

/** F1, false alarm rate and missed alarm rate, all as shares, reading by reading (SKAB README). */
export function shares({
  truePositives: tp,
  falsePositives: fp,
  falseNegatives: fn,
  trueNegatives: tn,
}: EventFigures): { f1: number; far: number; mar: number } {
  return {
    f1: (2 * tp) / Math.max(1, 2 * tp + fp + fn),
    far: fp / Math.max(1, fp + tn),
    mar: fn / Math.max(1, fn + tp),
  };
}
