import type { Role } from "@/server/core/domain/permissions";

/** Roles as people say them. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  executive: "Executive",
  chair: "Council chair",
  member: "Council member",
  "data-scientist": "Data scientist",
  technician: "Technician",
  admin: "Administrator",
  auditor: "Auditor",
};
