const MINUTE_MS = 60_000;
/** No schedule of ours is rarer than once a year. */
const LOOK_AHEAD_MINUTES = 366 * 24 * 60;

/**
 * When five cron fields next come true after `nowMs`, in UTC; null within a year. Fields are a star, a star over a number, and lists of numbers, which is
 * what our schedules use.
 *
 * @throws {RangeError} for anything else
 */
export function nextTurnMs(cron: string, nowMs: number): number | null {
  const [minute, hour, day, month, weekday, ...more] = cron.trim().split(/\s+/).map(matcher);
  if (!minute || !hour || !day || !month || !weekday || more.length > 0)
    throw new RangeError(`not five cron fields: ${cron}`);
  let at = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  for (let i = 0; i < LOOK_AHEAD_MINUTES; i++, at += MINUTE_MS) {
    const time = new Date(at);
    if (!minute(time.getUTCMinutes())) continue;
    if (!hour(time.getUTCHours()) || !month(time.getUTCMonth() + 1)) continue;
    if (day(time.getUTCDate()) && weekday(time.getUTCDay())) return at;
  }
  return null;
}

function matcher(field: string): (n: number) => boolean {
  if (field === "*") return () => true;
  const every = /^\*\/(\d+)$/.exec(field)?.[1];
  if (every !== undefined && Number(every) > 0) return (n) => n % Number(every) === 0;
  if (!/^\d+(,\d+)*$/.test(field)) throw new RangeError(`not a cron field that is used here: ${field}`);
  const numbers = new Set(field.split(",").map(Number));
  return (n) => numbers.has(n);
}
