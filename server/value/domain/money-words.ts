const SIGNS: Readonly<Record<string, string>> = { EUR: "€", USD: "$", GBP: "£", CHF: "CHF ", JPY: "¥" };
const MINUS = "−";

/** `€1.24 M`, `€38 k`, `−€420`, `€3.90`: money as a headline says it, with a real minus sign. Other currencies by their code. */
export function formatMoney(cents: number, currency: string): string {
  const units = Math.abs(cents) / 100;
  const sign = cents < 0 ? MINUS : "";
  const name = SIGNS[currency] ?? `${currency} `;
  if (units >= 999_500) return `${sign}${name}${(units / 1e6).toFixed(2)} M`;
  if (units < 10 && Math.round(units * 100) % 100 !== 0) return `${sign}${name}${units.toFixed(2)}`;
  if (units >= 1_000) return `${sign}${name}${(units / 1e3).toFixed(units < 9_950 ? 1 : 0)} k`;
  return `${sign}${name}${Math.round(units)}`;
}

/** `€0.10 · 0.145 · 0.20`: an estimate of what one unit is worth, which may be a fraction of a cent. */
export function worthWords({ low, mode, high }: { low: number; mode: number; high: number }, currency: string): string {
  const units = (cents: number) => String(Math.round(cents * 100) / 10_000);
  return `${SIGNS[currency] ?? `${currency} `}${[low, mode, high].map(units).join(" · ")}`;
}

/** `+25 %`, `−8 %`: a ratio as a change, in whole percent. */
export function formatReturn(ratio: number): string {
  const percent = Math.round(ratio * 100);
  if (percent === 0) return "0 %";
  return `${percent > 0 ? "+" : MINUS}${Math.abs(percent)} %`;
}
