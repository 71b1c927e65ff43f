import type { Clock } from "@/server/value/domain/measured-return";
import { formatReturn } from "@/server/value/domain/money-words";
import type { Fact } from "@/server/value/domain/three-valued";
import type { AgainstForecast, MeasuredValue } from "./measured-value";

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

/** All that went live in one sentence: how many, how many of them are paid back, and the first that nobody can say anything of. */
export function overviewVerdict(
  rows: readonly { title: string; measured: Fact<Pick<MeasuredValue, "clock" | "effect" | "returns" | "says">> }[],
): string {
  if (rows.length === 0) return "Nothing has gone live yet";
  const paidBack = rows.filter(
    ({ measured }) =>
      measured.known && measured.value.returns.known && measured.value.returns.value.cash.breakEvenDay !== null,
  ).length;
  const open = rows.filter(({ measured }) => !measured.known || !measured.value.effect.known).length;
  const [only] = rows;
  if (rows.length === 1 && only)
    return `${only.title}: ${only.measured.known ? uncapped(only.measured.value.says) : `unknown, ${only.measured.why}`}`;
  return [
    `${rows.length} use cases went live`,
    `${paidBack} of them ${paidBack === 1 ? "is" : "are"} paid back`,
    ...(open > 0 ? [`of ${open} nothing can be said yet`] : []),
  ].join(", ");
}

const uncapped = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
