import type { Clock } from "@/server/value/domain/measured-return";
import { formatReturn } from "@/server/value/domain/money-words";
import type { AgainstForecast } from "./measured-value";

/** Where a use case stands in its ninety days. */
export function clockWords(clock: Clock): string {
  if (clock.state === "not started") return "not begun";
  if (clock.state === "over") return `over; this is day ${clock.day}`;
  return `day ${clock.day}, ${clock.daysLeft} left`;
}

/** The return of ninety days against its range; before they are over it says that it is a pace. */
export function forecastWords({ roi, p10, p90, where, isPace }: AgainstForecast): string {
  const range = `${formatReturn(p10)} to ${formatReturn(p90)}`;
  return isPace
    ? `at this pace ${formatReturn(roi)} after ninety days, ${where} the ${range} that was forecast`
    : `${formatReturn(roi)} after ninety days, ${where} the ${range} that was forecast`;
}
