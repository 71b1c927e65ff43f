import { CliError, EXIT_USAGE } from "./command";

/** @throws {CliError} exit code 64, naming the flag and what it takes */
export function wholeNumber(text: string, flag: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CliError(
    `${flag} is ${JSON.stringify(text)}.`,
    `Give a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}.`,
    EXIT_USAGE,
  );
}
