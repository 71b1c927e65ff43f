import { parseArgs } from "node:util";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";
import { withPool } from "@/cli/pool";
import { readSettings } from "@/cli/settings";
import { systemContext } from "@/server/core/context";
import { CreateServiceToken } from "@/server/identity/schema";
import { createServiceToken } from "@/server/identity/verbs";

const HELP = `throughline token create --role <role> [--team <id>] [--name <name>] [--days <1-366>] [--write] [--json]

Makes a token with which a program reads /api/v1 as that role, and shows it once. Send it as: Authorization: Bearer tlp_…

--role   executive, chair, member, data-scientist, technician, admin or auditor
--team   of a data scientist or technician; without it the first team
--name   what the list of tokens calls it (default: made on the command line)
--days   after which it ends (default 90)
--write  it may also change what the role may change
--json   {"token":"tlp_…","id":"…"}
`;

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        role: { type: "string" },
        team: { type: "string" },
        name: { type: "string" },
        days: { type: "string" },
        write: { type: "boolean" },
        json: { type: "boolean" },
      },
    });
    if (positionals.length !== 1 || positionals[0] !== "create")
      throw new CliError("token has one verb: create.", "See: throughline token --help", EXIT_USAGE);
    const input = CreateServiceToken.safeParse({
      role: values.role,
      teamId: values.team ?? null,
      name: values.name ?? "made on the command line",
      access: values.write ? "write" : "read",
      ...(values.days === undefined ? {} : { days: Number(values.days) }),
    });
    if (!input.success) {
      const issue = input.error.issues[0];
      throw new CliError(
        `--${issue?.path.join(".") ?? "role"}: ${issue?.message ?? "cannot be read"}`,
        "See: throughline token --help",
        EXIT_USAGE,
      );
    }
    const made = await withPool(readSettings(process.env), async (pool) =>
      createServiceToken(await systemContext(pool, "command line"), input.data),
    );
    process.stdout.write(
      values.json ? `${JSON.stringify(made)}\n` : `token  ${made.token}\n\nIt is shown once; keep it.\n`,
    );
    return 0;
  },
};
