import { z } from "zod";
import { NodeId } from "@/sdk/wire/names";
import { oneLine } from "@/server/core/domain/one-line";
import { RoleName } from "@/server/core/domain/role-name";
import { PEOPLE_ORDERS, PEOPLE_SHOWN } from "./domain/people-filter";

/** One address, in lower case. A comma would make it two in a mail header, and an angle bracket markup in a mail client. */
export const Email = z
  .string("E-mail is missing.")
  .max(254, "An e-mail address has at most 254 characters.")
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.string().regex(/^[^@\s,;<>"'()\\]+@[^@\s,;<>"'()\\]+$/, "This is not one e-mail address."));

/** Read exactly as typed: blanks and every script count. The upper bound stands before the slow hash. */
export const Password = z
  .string("The password is missing.")
  .min(12, "Use at least 12 characters; a few words in a row are easy to remember.")
  .max(256, "Use at most 256 characters.");

export const SignIn = z.object({ email: Email, password: z.string().min(1).max(256) });

export const ChangePassword = z.strictObject({ current: z.string().max(256), next: Password });
export type ChangePassword = z.infer<typeof ChangePassword>;

/** What a one-time link carries. */
const LinkToken = z
  .string("This link is not whole. Open it as it was given to you.")
  .min(20, "This link is not whole. Open it as it was given to you.")
  .max(200, "This link is not whole. Open it as it was given to you.");

export const SpendToken = z.strictObject({ token: LinkToken, password: Password });
export type SpendToken = z.infer<typeof SpendToken>;

export const SetUp = z.strictObject({
  token: LinkToken,
  organisation: oneLine("The organisation needs a name.", 200),
  name: oneLine("Your name is missing.", 200),
  email: Email,
  password: Password,
});
export type SetUp = z.infer<typeof SetUp>;

export const EndSession = z.strictObject({ id: z.uuid() });

/** Days until a token ends; there is none that never does. */
const Days = z.int().min(1, "At least one day.").max(366, "At most 366 days.");
export const CreateToken = z.strictObject({
  name: oneLine("Give it a name, so that you know later what it is for.", 100),
  access: z.enum(["read", "write"]).default("read"),
  days: Days.default(90),
});
export type CreateToken = z.infer<typeof CreateToken>;

export const CreateServiceToken = CreateToken.extend({ role: RoleName, teamId: z.uuid().nullable().default(null) });
export type CreateServiceToken = z.infer<typeof CreateServiceToken>;

export const RevokeToken = z.strictObject({ id: z.uuid() });

export const OnPerson = z.strictObject({ userId: z.uuid() });
/** `emptyChair` says that nobody need hold the chair's seat afterwards. */
export const DisablePerson = OnPerson.extend({ emptyChair: z.boolean().optional() });
export type DisablePerson = z.infer<typeof DisablePerson>;
/** One session or token of somebody. */
export const OfPerson = z.strictObject({ userId: z.uuid(), id: z.uuid() });
export type OfPerson = z.infer<typeof OfPerson>;

/** Filters and order of the list of people; `cursor` is the last one of the page before. */
export const PeopleInput = z.strictObject({
  q: z.string().max(200).default(""),
  show: z.enum(PEOPLE_SHOWN).default("all"),
  role: RoleName.nullable().default(null),
  team: z.uuid().nullable().default(null),
  order: z.enum(PEOPLE_ORDERS).default("name"),
  cursor: z.uuid().nullable().default(null),
  /** Sent along by the pages' query library; there is one way to go on. */
  direction: z.enum(["forward", "backward"]).optional(),
});
export type PeopleInput = z.infer<typeof PeopleInput>;

export const AddPerson = z.strictObject({
  name: oneLine("The name is missing.", 200),
  email: Email,
  role: RoleName,
  teamId: z.uuid().nullable().default(null),
  /** Also makes the link with which they set a password. */
  withLink: z.boolean().optional(),
});
export type AddPerson = z.infer<typeof AddPerson>;
export const GrantRole = z.strictObject({
  userId: z.uuid(),
  role: RoleName,
  teamId: z.uuid().nullable().default(null),
});
export type GrantRole = z.infer<typeof GrantRole>;
export const RevokeRole = GrantRole.extend({ emptyChair: z.boolean().optional() });
export type RevokeRole = z.infer<typeof RevokeRole>;

const TeamName = oneLine("The team needs a name.", 100);
const SiteId = NodeId;
const TimeZone = z
  .string("The time zone is missing.")
  .max(64, "This is no time zone.")
  .refine(isTimeZone, "Use a name of the IANA list, such as Europe/Paris.");

export const AddTeam = z.strictObject({ name: TeamName, siteId: SiteId.nullable().default(null) });
export type AddTeam = z.infer<typeof AddTeam>;
export const ChangeTeam = AddTeam.extend({ id: z.uuid() });
export type ChangeTeam = z.infer<typeof ChangeTeam>;
export const OnTeam = z.strictObject({ id: z.uuid() });

export const AddSite = z.strictObject({ id: SiteId, name: oneLine("The site needs a name.", 100), timeZone: TimeZone });
export type AddSite = z.infer<typeof AddSite>;
export const OnSite = z.strictObject({ id: SiteId });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch (cause) {
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}
