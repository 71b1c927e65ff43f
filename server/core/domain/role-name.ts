import { z } from "zod";
import { ROLES } from "./permissions";

/** A role by its name. Apart from the matrix, which pages load and need no zod for. */
export const RoleName = z.enum(ROLES, `must be one of ${ROLES.join(", ")}`);
