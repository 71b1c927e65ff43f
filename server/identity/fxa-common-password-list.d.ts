declare module "fxa-common-password-list" {
  /** Whether this is one of the passwords that people choose most (Mozilla's list, eight characters and longer). */
  export function test(password: string): boolean;
}
