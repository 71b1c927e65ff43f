type Env = Readonly<Record<string, string | undefined>>;

/** Whether this installation lets anybody in as one of its people. Only ever on when somebody started it so. */
export function isDemo(env: Env): boolean {
  return env.THROUGHLINE_DEMO === "1";
}

/** Whether browsers reach us over TLS, by the address we are configured with; cookies are then bound to it. */
export function usesTls(env: Env): boolean {
  return (env.NEXTAUTH_URL ?? "").startsWith("https:");
}

/** `__Host-` binds the cookie to this host and to TLS; without TLS a browser would not take it. */
export function sessionCookieName(secure: boolean): string {
  return secure ? "__Host-throughline.session" : "throughline.session";
}
