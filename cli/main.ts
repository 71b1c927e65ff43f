import { CliError, EXIT_FAILURE, EXIT_USAGE, type Command } from "./command";

interface Entry {
  summary: string;
  load: () => Promise<{ command: Command }>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  up: {
    summary: "start everything: database, broker, plant, edge, web (what npm start does)",
    load: () => import("./commands/up"),
  },
  stop: { summary: "stop what `up` started from this folder", load: () => import("./commands/stop") },
  status: { summary: "what runs, since when, and where", load: () => import("./commands/status") },
  doctor: { summary: "check this machine and say what to do", load: () => import("./commands/doctor") },
  token: { summary: "make a service token for the API", load: () => import("./commands/token") },
  role: { summary: "give somebody a role or take it away", load: () => import("./commands/role") },
  audit: { summary: "check that the audit log is whole", load: () => import("./commands/audit") },
  node: { summary: "add, list and re-key edge nodes", load: () => import("./commands/node") },
  migrate: { summary: "bring the database to this release", load: () => import("./commands/migrate") },
  ingest: { summary: "run one ingest process", load: async () => (await import("./commands/run-process")).ingest },
  jobs: { summary: "run one jobs process", load: async () => (await import("./commands/run-process")).jobs },
  edge: {
    summary: "run one edge worker; --explain shows its configuration",
    load: async () => (await import("./commands/run-process")).edge,
  },
  simulate: {
    summary: "run a simulated plant as a device, over the real wire",
    load: () => import("./commands/simulate"),
  },
  seed: { summary: "give the demo a past with stories in it", load: () => import("./commands/seed") },
  "train-demo": { summary: "train the models of the simulated plant", load: () => import("./commands/train-demo") },
  web: { summary: "run the web process", load: async () => (await import("./commands/run-process")).web },
};

const HELP = `throughline <command> [options]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`)
  .join("\n")}

throughline <command> --help tells more. Data lies in ./.throughline (THROUGHLINE_DATA).
`;

/** @returns the exit code */
async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(HELP);
    return name === undefined ? EXIT_USAGE : 0;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) throw new CliError(`There is no command ${JSON.stringify(name)}.`, "See: throughline --help", EXIT_USAGE);
  const { command } = await entry.load();
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(command.help);
    return 0;
  }
  return command.run(args);
}

// A reader that goes away (`throughline status | head -1`, a closed terminal) must not end what we supervise.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EPIPE" && cause.code !== "EIO") throw cause;
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  process.exitCode = explain(cause);
}

/** Tells a failure in one or two lines; only what we did not foresee comes with its stack. */
function explain(cause: unknown): number {
  if (cause instanceof CliError) {
    process.stderr.write(`error: ${cause.message}\nfix:   ${cause.fix}\n`);
    return cause.exitCode;
  }
  if (
    cause instanceof Error &&
    "code" in cause &&
    typeof cause.code === "string" &&
    cause.code.startsWith("ERR_PARSE_ARGS")
  ) {
    process.stderr.write(`error: ${cause.message}\nfix:   See: throughline ${process.argv[2] ?? ""} --help\n`);
    return EXIT_USAGE;
  }
  // Our own classes (EmbeddedPostgresError, BrokerError, MigrationError …) carry a code and a message that names the fix.
  if (cause instanceof Error && "code" in cause && cause.name !== "Error") {
    process.stderr.write(`error: ${cause.message}\n`);
    return EXIT_FAILURE;
  }
  process.stderr.write(`error: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
  return EXIT_FAILURE;
}
