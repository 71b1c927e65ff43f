import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { permissionsPage } from "./page";

writeFileSync(join(import.meta.dirname, "..", "..", "docs", "security", "permissions.md"), permissionsPage());
