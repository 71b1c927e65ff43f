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

export const SpendToken = z.strictObject({ token: z.string().min(20).max(200), password: Password });
export type SpendToken = z.infer<typeof SpendToken>;

export const SetUp = z.strictObject({
  token: z.string().min(20).max(200),
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
export const AddPerson = z.strictObject({
  name: z.string().trim().min(1, "The name is missing.").max(200),
  email: Email,
  role: Role,
  teamId: z.uuid().nullable().default(null),
});
export type AddPerson = z.infer<typeof AddPerson>;
export const GrantRole = z.strictObject({ userId: z.uuid(), role: Role, teamId: z.uuid().nullable().default(null) });
export type GrantRole = z.infer<typeof GrantRole>;
