import { formatCount } from "@/server/fabric/domain/health";
import { stamp, timeTicks } from "./axis";
import { PLOT } from "./plot";
import styles from "./chart.module.css";

export interface LaneMark {
  id: string;
  fromMs: number;
  /** Equal to `fromMs` for something that has no length. */
  toMs: number;
  label: string;
  tone: "info" | "watch" | "bad";
  /** Came in long after it happened: drawn hollow and named. */
  late: boolean;
}

export interface TimeLane {
  name: string;
  marks: readonly LaneMark[];
  /** Shown instead of marks when there are none. */
  none: string;
  /** How many older ones are in the range and not among the marks. */
  more: number;
}

interface TimeLanesProps {
  lanes: readonly TimeLane[];
  fromMs: number;
  toMs: number;
  width: number;
  timeZone: string;
}

export const LANE_HEIGHT = 26;
export const TIME_AXIS_HEIGHT = 30;
const CHAR_PX = 6.6;

/** Events and model verdicts under a chart, on its time axis, with the axis itself at the bottom. */
export function TimeLanes({ lanes, fromMs, toMs, width, timeZone }: TimeLanesProps) {
  const plotWidth = Math.max(1, width - PLOT.left - PLOT.right);
  const x = (ms: number) => PLOT.left + ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) / (toMs - fromMs)) * plotWidth;
  const height = lanes.length * LANE_HEIGHT + TIME_AXIS_HEIGHT;
  const ticks = timeTicks(fromMs, toMs, timeZone, Math.max(2, Math.floor(plotWidth / 110)));
  return (
    <svg width={width} height={height} className={styles.lanes} role="img" aria-label={describe(lanes, timeZone)}>
      {lanes.map((lane, row) => (
        <g key={lane.name} transform={`translate(0 ${row * LANE_HEIGHT})`}>
          <text
            x={PLOT.left - 8}
            y={LANE_HEIGHT / 2}
            className={styles.laneName}
            textAnchor="end"
            dominantBaseline="central"
          >
            {lane.name}
          </text>
          {lane.marks.length === 0 ? (
            <text x={PLOT.left + 2} y={LANE_HEIGHT / 2} className={styles.laneNone} dominantBaseline="central">
              {lane.none}
            </text>
          ) : null}
          {lane.more > 0 ? (
            <text
              x={width - PLOT.right}
              y={LANE_HEIGHT / 2}
              className={styles.laneMore}
              textAnchor="end"
              dominantBaseline="central"
            >
              {moreWords(lane.more)}
            </text>
          ) : null}
          {placeMarks(lane.marks, x, width - PLOT.right).map(({ mark, left, length, text }) => (
            <g key={mark.id} className={styles[mark.tone]}>
              <title>{`${mark.label}, ${stamp(mark.fromMs, timeZone, false)}`}</title>
              <rect
                x={left}
                y={LANE_HEIGHT / 2 - 5.5}
                width={length}
                height={11}
                rx={length > 8 ? 3 : 1}
                className={mark.late ? styles.lateMark : styles.mark}
              />
              {text ? (
                <text x={left + length + 6} y={LANE_HEIGHT / 2} className={styles.markText} dominantBaseline="central">
                  {mark.label}
                </text>
              ) : null}
            </g>
          ))}
        </g>
      ))}
      {ticks.map((tick) => (
        <text
          key={tick.tsMs}
          x={x(tick.tsMs)}
          y={height - TIME_AXIS_HEIGHT / 2}
          className={tick.day ? styles.dayTick : styles.timeTick}
          textAnchor={x(tick.tsMs) > width - 40 ? "end" : "middle"}
          dominantBaseline="central"
        >
          {tick.label}
        </text>
      ))}
    </svg>
  );
}

/** Marks with the labels that fit: a label is left out when the next mark begins inside it. Its title still says it. */
function placeMarks(
  marks: readonly LaneMark[],
  x: (ms: number) => number,
  edge: number,
): { mark: LaneMark; left: number; length: number; text: boolean }[] {
  return marks.map((mark, i) => {
    const left = x(mark.fromMs);
    const length = Math.max(3.5, x(mark.toMs) - left);
    const next = marks[i + 1];
    const end = left + length + 8 + mark.label.length * CHAR_PX;
    return { mark, left, length, text: end < (next ? x(next.fromMs) : edge) };
  });
}

function moreWords(more: number): string {
  return `and ${formatCount(more)} older; zoom in`;
}

/** A label that is read aloud in one go names this many of a lane, the newest; the table twin has all. */
const SPOKEN = 20;

function describe(lanes: readonly TimeLane[], timeZone: string): string {
  return lanes
    .map(({ name, marks, none, more }) => {
      if (marks.length === 0) return `${name}: ${none}`;
      const spoken = marks.slice(-SPOKEN).map(({ label, fromMs }) => `${label} at ${stamp(fromMs, timeZone, false)}`);
      const unspoken = marks.length - spoken.length + more;
      return `${name}: ${spoken.join("; ")}${unspoken > 0 ? `; and ${unspoken} before these` : ""}`;
    })
    .join(". ");
}
