import { z } from "zod";
import { Role } from "@/server/core/domain/permissions";

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
  organisation: z.string().trim().min(1, "The organisation needs a name.").max(200),
  name: z.string().trim().min(1, "Your name is missing.").max(200),
  email: Email,
  password: Password,
});
export type SetUp = z.infer<typeof SetUp>;

export const EndSession = z.strictObject({ id: z.uuid() });

/** Days until a token ends; there is none that never does. */
const Days = z.int().min(1, "At least one day.").max(366, "At most 366 days.");
export const CreateToken = z.strictObject({
  name: z.string().trim().min(1, "Give it a name, so that you know later what it is for.").max(100),
  access: z.enum(["read", "write"]).default("read"),
  days: Days.default(90),
});
export type CreateToken = z.infer<typeof CreateToken>;

export const CreateServiceToken = CreateToken.extend({ role: Role, teamId: z.uuid().nullable().default(null) });
export type CreateServiceToken = z.infer<typeof CreateServiceToken>;

export const RevokeToken = z.strictObject({ id: z.uuid() });

export const OnPerson = z.strictObject({ userId: z.uuid() });
/** `emptyChair` says that nobody need hold the chair's seat afterwards. */
export const DisablePerson = OnPerson.extend({ emptyChair: z.boolean().optional() });
export type DisablePerson = z.infer<typeof DisablePerson>;
/** One session or token of somebody. */
export const OfPerson = z.strictObject({ userId: z.uuid(), id: z.uuid() });
export type OfPerson = z.infer<typeof OfPerson>;

export const PEOPLE_SHOWN = ["all", "active", "never", "disabled", "no-role"] as const;
export const PEOPLE_ORDERS = ["name", "seen", "added"] as const;
/** Filters and order of the list of people; `cursor` is the last one of the page before. */
export const PeopleInput = z.strictObject({
  q: z.string().max(200).default(""),
  show: z.enum(PEOPLE_SHOWN).default("all"),
  role: Role.nullable().default(null),
  team: z.uuid().nullable().default(null),
  order: z.enum(PEOPLE_ORDERS).default("name"),
  cursor: z.uuid().nullable().default(null),
  /** Sent along by the pages' query library; there is one way to go on. */
  direction: z.enum(["forward", "backward"]).optional(),
});
export type PeopleInput = z.infer<typeof PeopleInput>;

export const AddPerson = z.strictObject({
  name: z.string().trim().min(1, "The name is missing.").max(200),
  email: Email,
  role: Role,
  teamId: z.uuid().nullable().default(null),
  /** Also makes the link with which they set a password. */
  withLink: z.boolean().optional(),
});
export type AddPerson = z.infer<typeof AddPerson>;
export const GrantRole = z.strictObject({ userId: z.uuid(), role: Role, teamId: z.uuid().nullable().default(null) });
export type GrantRole = z.infer<typeof GrantRole>;
export const RevokeRole = GrantRole.extend({ emptyChair: z.boolean().optional() });
export type RevokeRole = z.infer<typeof RevokeRole>;
