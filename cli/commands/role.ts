import { parseArgs } from "node:util";
import { CliError, EXIT_USAGE, type Command } from "@/cli/command";
import { withPool } from "@/cli/pool";
import { readSettings } from "@/cli/settings";
import { systemContext } from "@/server/core/context";
import { grantRole, revokeRole } from "@/server/identity/people-verbs";
import { findUserByEmail } from "@/server/identity/people-queries";
import { GrantRole } from "@/server/identity/schema";

const HELP = `throughline role give <e-mail> <role> [--team <id>]
throughline role take <e-mail> <role> [--team <id>] [--empty-chair]

Gives a role to somebody who has an account, or takes it away. Whoever may run this on the machine stands above the council, so it is how
a chair's seat that is empty is filled; in the browser only the chair gives seats. Both are written to the audit log.

roles          executive, chair, member, data-scientist, technician, admin, auditor
--team         of a data scientist or technician
--empty-chair  the chair's seat may be empty afterwards
`;

export const command: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { team: { type: "string" }, "empty-chair": { type: "boolean" } },
    });
    const [verb, email, role, ...rest] = positionals;
    if ((verb !== "give" && verb !== "take") || email === undefined || role === undefined || rest.length > 0)
      throw new CliError(
        "role needs a verb, an e-mail address and a role.",
        "See: throughline role --help",
        EXIT_USAGE,
      );
    await withPool(readSettings(process.env), async (pool) => {
      const userId = await findUserByEmail(pool, email.trim().toLowerCase());
      if (userId === null)
        throw new CliError(`Nobody has the address ${email}.`, "Invite them first, on the page People.");
      const grant = GrantRole.safeParse({ userId, role, teamId: values.team ?? null });
      if (!grant.success)
        throw new CliError(
          `${grant.error.issues[0]?.path.join(".") ?? "role"}: ${grant.error.issues[0]?.message ?? "cannot be read"}`,
          "See: throughline role --help",
          EXIT_USAGE,
        );
      const ctx = await systemContext(pool, "command line");
      if (verb === "give") await grantRole(ctx, grant.data);
      else await revokeRole(ctx, { ...grant.data, emptyChair: values["empty-chair"] ?? false });
    });
    process.stdout.write(verb === "give" ? `${email} is ${role} from now on.\n` : `${email} is no longer ${role}.\n`);
    return 0;
  },
};
