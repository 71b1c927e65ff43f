import { once } from "node:events";
import Provider from "oidc-provider";

const CLIENT = { id: "throughline", secret: "a-secret-that-only-this-test-knows" } as const;

/**
 * A real OpenID provider on this machine, with PKCE demanded and its own sign-in form. Whoever signs in as `x` has the verified address
 * `x@demo.invalid`; `unverified-x` has one that nobody verified.
 */
export async function startIdentityProvider(
  port: number,
  webPort: number,
): Promise<{ env: Record<string, string>; stop(): Promise<void> }> {
  const issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`http://localhost:${webPort}/api/auth/callback/oidc`],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ["only-for-this-test"] },
    findAccount: (_: unknown, id: string) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id.replace("unverified-", "")}@demo.invalid`,
        email_verified: !id.startsWith("unverified-"),
      }),
    }),
  });
  const server = provider.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    env: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret, OIDC_NAME: "Plant ID" },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
