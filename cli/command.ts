/**
 * One command of `throughline`. Its file is cli/commands/<name>.ts and exports `command`; it is loaded only when asked for.
 */
export interface Command {
  /** Text of `throughline <name> --help`: usage line, what it does, options, an example. */
  help: string;
  /**
   * @param args what follows the command's name
   * @returns the exit code: 0 done, 1 failed, 64 wrong usage, 78 bad configuration
   * @throws {CliError} for a failure that a person can fix
   */
  run(args: string[]): Promise<number>;
}

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 64;
export const EXIT_BAD_CONFIGURATION = 78;

/** A failure told in two lines: what is wrong, and what to do. No stack is shown. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly fix: string,
    readonly exitCode: number = EXIT_FAILURE,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "CliError";
  }
}
