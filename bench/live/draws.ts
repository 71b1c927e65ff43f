/** What the page showed from an instant on. */
export interface Draw {
  /** when it was drawn, epoch ms */
  atMs: number;
  /** sensor time of the reading that was shown, epoch ms */
  tsMs: number;
}

/**
 * How old each reading was when the page first showed it or a newer one of its stream, ms; Infinity where neither ever happened. A
 * reading that a newer one overtook is as old as that draw, so what the page leaves out makes the figure worse, never better.
 *
 * @param readings sensor times in order
 * @param draws in the order in which they were drawn
 */
export function agesWhenShown(readings: readonly number[], draws: readonly Draw[]): number[] {
  let at = 0;
  return readings.map((tsMs) => {
    // A later reading is shown no earlier than this one: what shows it shows this one, too.
    while (at < draws.length && (draws[at]?.tsMs ?? 0) < tsMs) at += 1;
    const draw = draws[at];
    return draw ? draw.atMs - tsMs : Infinity;
  });
}
