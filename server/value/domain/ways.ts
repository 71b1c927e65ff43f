import { numberTyped } from "./typed-figures";

/** Whether something written down is of this way: what has no way of its own is of every one. */
export const isOf =
  (option: number) =>
  (written: { option: number | null }): boolean =>
    written.option === null || written.option === option;

/** The effects of one way: its own row of a KPI wins over the one that holds however it is done. */
export function effectsOf<T extends { kpiId: string; option: number | null }>(
  effects: readonly T[],
  option: number,
): T[] {
  const own = new Set(effects.filter((one) => one.option === option).map(({ kpiId }) => kpiId));
  return effects.filter(isOf(option)).filter((one) => one.option !== null || !own.has(one.kpiId));
}

/** `controls 40, data science 12`: hours of work by skill, as somebody types them. A number that cannot be read is NaN, which is refused. */
export function hoursTyped(text: string): { skill: string; hours: number }[] {
  return text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [, skill = part, number = ""] = /^(.*?)\s*(-?[\d.]+)?$/.exec(part) ?? [];
      return { skill: skill.trim(), hours: numberTyped(number) };
    });
}

/** The same, to be typed over. */
export function hoursShown(hours: Readonly<Record<string, number>>): string {
  return Object.entries(hours)
    .map(([skill, taken]) => `${skill} ${taken}`)
    .join(", ");
}
