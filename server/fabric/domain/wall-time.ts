/** Wall clocks: what a date and a time of day mean in a time zone, and when they mean nothing or two things. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A date and a time of day as somebody wrote them, in no zone yet. */
export interface Wall {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
] as const;

/** @returns 1 to 12 for `Jan`, `january` or `JANUARY`, null for anything else; at least three letters */
export function monthNumber(name: string): number | null {
  if (name.length < 3) return null;
  const at = MONTHS.findIndex((month) => month.toLowerCase().startsWith(name.toLowerCase()));
  return at === -1 ? null : at + 1;
}

/** `29 March 2026`. */
export function dayInWords({ day, month, year }: Wall): string {
  return `${day} ${MONTHS[month - 1] ?? "?"} ${year}`;
}

/**
 * Says what is wrong with a date or a time of day that no calendar has.
 *
 * @throws {RangeError} with a sentence: 30 February, month 13, 24:00, 25:61, a year before 1970 or after 9999
 */
export function checkWall(wall: Wall): void {
  const { year, month, day, hour, minute, second } = wall;
  if (year < 1970 || year > 9999)
    throw new RangeError(`The year ${year} is out of reach. Write one from 1970 to 9999.`);
  if (month < 1 || month > 12) throw new RangeError(`There is no month ${month}. Write the date as 2026-11-24.`);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day < 1 || day > days)
    throw new RangeError(`There is no ${dayInWords(wall)}: ${MONTHS[month - 1]} ${year} has ${days} days.`);
  if (hour === 24 && minute === 0 && second === 0) throw new RangeError("24:00 is written as 00:00 of the next day.");
  if (hour > 23 || minute > 59 || second > 59)
    throw new RangeError(`${clock(wall)} is not a time of day. Write it from 00:00 to 23:59.`);
}

function clock({ hour, minute }: Pick<Wall, "hour" | "minute">): string {
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** @throws {RangeError} if the runtime knows no zone of this name */
export function checkZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat("en-US", { timeZone });
  } catch {
    throw new RangeError(`“${timeZone}” is not a time zone. Write one such as Europe/Paris, or UTC.`);
  }
}

/** How far a wall clock in `timeZone` is ahead of UTC at an instant, in ms. */
export function offsetMs(epochMs: number, timeZone: string): number {
  const parts = new Map(
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    })
      .formatToParts(epochMs)
      .map((part) => [part.type, Number(part.value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(epochMs / 1_000) * 1_000;
}

/** The instants at which a wall clock shows `wallMs` (written as if it were UTC), earlier first: none, one or two. */
function instantsOf(wallMs: number, timeZone: string): number[] {
  const offsets = new Set([offsetMs(wallMs - DAY_MS, timeZone), offsetMs(wallMs + DAY_MS, timeZone)]);
  return [...offsets]
    .map((offset) => wallMs - offset)
    .filter((instant) => instant + offsetMs(instant, timeZone) === wallMs)
    .sort((a, b) => a - b);
}

/**
 * The instant that a wall clock in `timeZone` means.
 *
 * @returns epoch ms, UTC
 * @throws {RangeError} with a sentence: what {@link checkWall} refuses, an unknown zone, an hour that a clock change skips, and one that
 *   it repeats, because then only an offset says which
 */
export function wallToEpochMs(wall: Wall, timeZone: string): number {
  checkWall(wall);
  checkZone(timeZone);
  const wallMs = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  const instants = instantsOf(wallMs, timeZone);
  const [first, second] = instants;
  if (first !== undefined && second === undefined) return first;
  const when = `on ${dayInWords(wall)} in ${timeZone}`;
  if (first === undefined) {
    const before = offsetMs(wallMs - DAY_MS, timeZone);
    const skipped = offsetMs(wallMs + DAY_MS, timeZone) - before;
    const later = new Date(wallMs + skipped);
    throw new RangeError(
      `${clock(wall)} does not exist ${when}: the clocks skip ${skipped / MINUTE_MS} minutes there. Write ${clock({ hour: later.getUTCHours(), minute: later.getUTCMinutes() })}, or give the offset: ${stamped(wall, before)}.`,
    );
  }
  throw new RangeError(
    `${clock(wall)} comes twice ${when}, because the clocks go back. Give the offset: ${instants
      .map((instant) => stamped(wall, wallMs - instant))
      .join(" or ")}.`,
  );
}

function stamped(wall: Wall, offset: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const minutes = Math.abs(offset) / MINUTE_MS;
  return `${wall.year}-${two(wall.month)}-${two(wall.day)}T${clock(wall)}${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/**
 * The first instant of a day in `timeZone`, plus `daysLater` days of the calendar: a day is 23 h or 25 h long when the clocks change.
 * Where midnight itself is skipped the day begins after the gap; where it comes twice, at the first.
 *
 * @throws {RangeError} for a day that no calendar has, and an unknown zone
 */
export function dayStartMs(day: Pick<Wall, "year" | "month" | "day">, timeZone: string, daysLater = 0): number {
  checkWall({ ...day, hour: 0, minute: 0, second: 0 });
  checkZone(timeZone);
  const wallMs = Date.UTC(day.year, day.month - 1, day.day + daysLater);
  // In a gap, midnight read with the offset before it is the instant at which the clocks jump.
  return instantsOf(wallMs, timeZone)[0] ?? wallMs - offsetMs(wallMs - DAY_MS, timeZone);
}

/** What a wall clock in `timeZone` shows at an instant. */
export function wallAt(epochMs: number, timeZone: string): Wall {
  const wall = new Date(epochMs + offsetMs(epochMs, timeZone));
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
  };
}
