import { resolveRange, type TimeRange } from "./time-range";
import { checkZone, dayStartMs, monthNumber, wallAt, wallToEpochMs, type Wall } from "./wall-time";

const SPAN_UNITS = new Map([
  ...["s", "sec", "secs", "second", "seconds"].map((word): [string, string] => [word, "s"]),
  ...["m", "min", "mins", "minute", "minutes"].map((word): [string, string] => [word, "m"]),
  ...["h", "hr", "hrs", "hour", "hours"].map((word): [string, string] => [word, "h"]),
  ...["d", "day", "days"].map((word): [string, string] => [word, "d"]),
  ...["w", "week", "weeks"].map((word): [string, string] => [word, "w"]),
]);

const HOW = "Write a length such as 3h or 7d, a day such as Nov 24, or two times such as 2026-11-24 06:00 to 12:30.";

/** One end as it was written: an end of a link, or a stretch of wall time that begins and ends somewhere. */
type End = { link: string } | { startMs: number; endMs: number };

interface Reading {
  nowMs: number;
  timeZone: string;
}

/**
 * What somebody typed into the picker, as a range for the link. Takes `3h`, `last 45 min`, `now-2d to now-1d`,
 * `2026-11-24 06:00 to 2026-11-24 12:30`, `06:00 - 12:30` (today), `Jan 1 - Jan 2` (both days whole), `24 Nov 2026`, `yesterday`, Unix
 * milliseconds, and ISO 8601 with an offset. A date without a year is the last such date.
 *
 * @param timeZone IANA name of the zone that times without an offset are read in
 * @throws {RangeError} with a sentence for the reader
 */
export function parseTypedRange(text: string, nowMs: number, timeZone: string): TimeRange {
  checkZone(timeZone);
  const reading: Reading = { nowMs, timeZone };
  const typed = text.trim().replace(/[−–—]/g, "-").replace(/\s+/g, " ");
  const span = /^(?:last |past )?(\d{1,6}) ?([a-z]+)$/i.exec(typed);
  const unit = SPAN_UNITS.get(span?.[2]?.toLowerCase() ?? "");
  if (span && unit) return checked({ from: `now-${span[1]}${unit}`, to: "now" }, reading);

  const ends = endsOf(typed);
  if (ends) {
    const from = readEnd(ends[0], reading, null);
    const to = readEnd(ends[1], reading, "startMs" in from ? wallAt(from.startMs, timeZone) : null);
    return checked(
      { from: "link" in from ? from.link : linkOf(from.startMs), to: "link" in to ? to.link : linkOf(to.endMs) },
      reading,
    );
  }
  const alone = readEnd(typed, reading, null);
  if ("link" in alone) {
    if (alone.link === "now") throw new RangeError(`A range needs a length. ${HOW}`);
    return checked({ from: alone.link, to: "now" }, reading);
  }
  // A day alone is that day; an instant alone is everything since.
  const to = alone.endMs > alone.startMs ? linkOf(Math.min(alone.endMs, nowMs)) : "now";
  return checked({ from: linkOf(alone.startMs), to }, reading);
}

/** An instant for a link: milliseconds, or ISO 8601 for the first years of Unix time, whose milliseconds would look like seconds. */
function linkOf(ms: number): string {
  return ms < 100_000_000_000 ? new Date(ms).toISOString() : String(ms);
}

function checked(range: TimeRange, { nowMs }: Reading): TimeRange {
  const { fromMs } = resolveRange(range, nowMs);
  if (fromMs > nowMs) throw new RangeError("This range lies in the future. Nothing has been measured then yet.");
  return range;
}

/** The two ends of `a to b`, `a until b`, `a .. b` or `a - b`; null when there is only one. */
function endsOf(typed: string): [string, string] | null {
  for (const separator of [/ (?:to|until) /i, / ?\.\.+ ?/, / - (?!\d{1,6} ?[smhdw]\b)/]) {
    const parts = typed.split(separator);
    const [from, to] = parts;
    if (parts.length === 2 && from && to) return [from, to];
  }
  return null;
}

function readEnd(typed: string, reading: Reading, sameDayAs: Wall | null): End {
  const text = typed.trim();
  const relative = /^now(?: ?- ?(\d{1,6}) ?([smhdw]))?$/i.exec(text);
  if (relative) return { link: relative[1] ? `now-${relative[1]}${relative[2]?.toLowerCase()}` : "now" };
  if (/^\d{7,}$/.test(text)) return { link: unixMs(text) };
  const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})$/i.exec(text);
  if (iso) return isoEnd(iso[1] ?? "", iso[2] ?? "", (iso[3] ?? "").toUpperCase());

  const today = wallAt(reading.nowMs, reading.timeZone);
  if (/^today$/i.test(text)) return wholeDay(today, reading);
  if (/^yesterday$/i.test(text))
    return wholeDay(wallAt(dayStartMs(today, reading.timeZone, -1), reading.timeZone), reading);

  const time = /(?:^|[ T,]+)(\d{1,2}):(\d{2})(?::(\d{2}))?$/i.exec(text);
  const dateText = (time ? text.slice(0, time.index) : text).trim().replace(/,$/, "");
  const date = dateText === "" && time ? (sameDayAs ?? today) : readDate(dateText, today);
  if (!date) throw new RangeError(`“${text}” cannot be read as a time. ${HOW}`);
  if (!time) return wholeDay(date, reading);
  const at = wallToEpochMs(
    { ...date, hour: Number(time[1]), minute: Number(time[2]), second: Number(time[3] ?? 0) },
    reading.timeZone,
  );
  return { startMs: at, endMs: at };
}

function wholeDay(day: Pick<Wall, "year" | "month" | "day">, { timeZone }: Reading): End {
  return { startMs: dayStartMs(day, timeZone), endMs: dayStartMs(day, timeZone, 1) };
}

/** `2026-11-24`, `Nov 24`, `24 Nov 2026`, `Nov 24, 2026`. A date without a year is the last such date, today included. */
function readDate(text: string, today: Wall): Pick<Wall, "year" | "month" | "day"> | null {
  const numbers = /^(-?\d{1,6})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (numbers) return { year: Number(numbers[1]), month: Number(numbers[2]), day: Number(numbers[3]) };
  const words =
    /^([a-z]+) (\d{1,2})(?:,? (\d{4,6}))?$/i.exec(text) ?? swap(/^(\d{1,2}) ([a-z]+)(?:,? (\d{4,6}))?$/i.exec(text));
  const month = monthNumber(words?.[1] ?? "");
  if (!words || month === null) return null;
  const day = Number(words[2]);
  if (words[3]) return { year: Number(words[3]), month, day };
  const later = month > today.month || (month === today.month && day > today.day);
  return { year: later ? today.year - 1 : today.year, month, day };
}

function swap(match: RegExpExecArray | null): (string | undefined)[] | null {
  return match ? [match[0], match[2], match[1], match[3]] : null;
}

function isoEnd(date: string, time: string, offset: string): End {
  const [year, month, day] = date.split("-").map(Number);
  const [hour, minute, second] = time.split(":").map(Number);
  // The date is checked as written: JavaScript would roll 30 February over to March.
  wallToEpochMs(
    {
      year: year ?? 0,
      month: month ?? 0,
      day: day ?? 0,
      hour: hour ?? 0,
      minute: minute ?? 0,
      second: Math.floor(second ?? 0),
    },
    "UTC",
  );
  return { link: `${date}T${time}${offset}` };
}

/** Unix time by its number of digits: only milliseconds are taken, and the others are named. */
function unixMs(digits: string): string {
  if (digits.length <= 11)
    throw new RangeError(`${digits} looks like seconds. Write milliseconds: ${digits.padEnd(10, "0")}000.`);
  if (digits.length >= 15)
    throw new RangeError(
      `${digits} looks like ${digits.length >= 18 ? "nano" : "micro"}seconds. Write milliseconds: ${digits.slice(0, 13)}.`,
    );
  return digits;
}
