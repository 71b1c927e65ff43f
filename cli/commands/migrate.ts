import { parseArgs } from "node:util";
import { CliError, type Command } from "@/cli/command";
import { findConnection } from "@/cli/connection";
import { readSettings } from "@/cli/settings";
import { migrate, MigrationError } from "@/db/migrate";

export const command: Command = {
  help: `throughline migrate [--json]

Brings the database to this release. Needs the role that owns the tables: DATABASE_OWNER_URL, else DATABASE_URL, else the
embedded PostgreSQL of what runs here. Safe to repeat, and safe to run twice at once.
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { json: { type: "boolean" } } });
    const settings = readSettings(process.env);
    const { databaseOwnerUrl } = findConnection(settings);
    try {
      const applied = await migrate({
        url: databaseOwnerUrl,
        timeseriesHome: settings.timeseriesHome ?? undefined,
        onApplied: (file, tookMs) => process.stderr.write(`  ✓ ${file} ${Math.round(tookMs)} ms\n`),
      });
      process.stdout.write(
        values.json
          ? `${JSON.stringify({ applied })}\n`
          : applied.length === 0
            ? "The database is at this release already.\n"
            : `${applied.length} migrations applied.\n`,
      );
      return 0;
    } catch (cause) {
      if (cause instanceof MigrationError) throw cause;
      throw new CliError(
        `The database cannot be migrated: ${cause instanceof Error ? cause.message : String(cause)}`,
        "Check DATABASE_OWNER_URL (or DATABASE_URL) and that the server runs.",
        1,
        { cause },
      );
    }
  },
};
