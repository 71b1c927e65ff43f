import NextAuth, { type NextAuthOptions } from "next-auth";
import type { Provider } from "next-auth/providers/index";
import CredentialsProvider from "next-auth/providers/credentials";
import { z } from "zod";
import { webDoor } from "@/server/core/context";
import { isDemo, sessionCookieName, usesTls } from "@/server/core/deployment";
import type { Role } from "@/server/core/domain/permissions";
import { DomainError } from "@/server/core/errors";
import { answered } from "@/server/core/failure";
import { addressOf, admitStranger } from "@/server/core/rates";
import { readWebSecret } from "@/server/core/secret";
import { SESSION_COOKIE_MAX_AGE_S } from "@/server/core/session";
import { localPath } from "./domain/local-path";
import { DEMO_PEOPLE, findDemoPerson } from "./demo-people";
import { checkPassword, closeSession, findProvidedUser, openSession, type Visitor } from "./sign-in";

const Claims = z.object({
  sub: z.string().min(1),
  email: z.string().default(""),
  email_verified: z.boolean().default(false),
});

type Context = { params: Promise<{ nextauth: string[] }> };
type RouteHandler = (request: Request, context: Context, options: NextAuthOptions) => Promise<Response>;
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- declared as any by the library; with a request, its context and options it is this
const route = NextAuth as unknown as RouteHandler;

/** `/api/auth/*`: sign-in by password, by an identity provider and, in the demo only, as one of its people; sign-out; the session. */
export function handleAuth(request: Request, context: Context): Promise<Response> {
  return answered(request, async () => {
    await admitStranger(request.headers);
    return route(request, context, optionsFor(request.headers));
  });
}

/** What the sign-in page offers beside a password. */
export function signInOptions(): { demo: { key: string; name: string; role: Role }[]; single: string | null } {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_NAME } = process.env;
  return {
    demo: isDemo(process.env) ? DEMO_PEOPLE.map(({ key, name, role }) => ({ key, name, role })) : [],
    single: OIDC_ISSUER && OIDC_CLIENT_ID ? (OIDC_NAME ?? "Single sign-on") : null,
  };
}

function visitorOf(headers: Headers): Visitor {
  return { ip: addressOf(headers), userAgent: headers.get("user-agent") ?? "" };
}

function optionsFor(headers: Headers): NextAuthOptions {
  const visitor = visitorOf(headers);
  const secure = usesTls(process.env);
  return {
    secret: readWebSecret(process.env),
    providers: providers(visitor),
    session: { strategy: "jwt", maxAge: SESSION_COOKIE_MAX_AGE_S },
    useSecureCookies: secure,
    cookies: {
      sessionToken: {
        name: sessionCookieName(secure),
        options: { httpOnly: true, sameSite: "lax", path: "/", secure },
      },
    },
    pages: { signIn: "/login", signOut: "/login", error: "/login" },
    callbacks: {
      signIn: async ({ account, profile }) => {
        if (account?.provider !== "oidc") return true;
        return (await providedUser(profile)) !== null || "/login?error=NoAccount";
      },
      // The cookie holds the id of a session and nothing else: who that is, and what they may do, is asked with every request.
      jwt: async ({ token, user, account, profile }) => {
        if (!account) return { sid: token.sid };
        const userId = account.provider === "oidc" ? await providedUser(profile) : user.id;
        if (userId === null) throw new Error("nobody here has this account");
        return { sid: await openSession(webDoor(), userId, visitor, account.provider) };
      },
      session: async ({ session }) => ({ expires: session.expires }),
      redirect: async ({ url, baseUrl }) => new URL(localPath(url, baseUrl), baseUrl).href,
    },
    events: {
      signOut: async ({ token }) => {
        if (typeof token?.sid === "string") await closeSession(webDoor(), token.sid);
      },
    },
  };
}

function providers(visitor: Visitor): Provider[] {
  const list: Provider[] = [
    CredentialsProvider({
      id: "password",
      name: "Password",
      credentials: { email: { type: "email" }, password: { type: "password" } },
      authorize: async (typed) => {
        try {
          const outcome = await checkPassword(webDoor(), typed, visitor);
          if ("refused" in outcome) throw new Error(outcome.refused);
          return { id: outcome.userId };
        } catch (cause) {
          if (cause instanceof DomainError) throw new Error(cause.code, { cause });
          throw cause;
        }
      },
    }),
  ];
  if (isDemo(process.env))
    list.push(
      CredentialsProvider({
        id: "demo",
        name: "Demo",
        credentials: { person: { type: "text" } },
        authorize: async (typed) => {
          const userId = await findDemoPerson(webDoor(), typed?.person ?? "");
          return userId === null ? null : { id: userId };
        },
      }),
    );
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = process.env;
  if (OIDC_ISSUER && OIDC_CLIENT_ID)
    list.push({
      id: "oidc",
      name: OIDC_NAME ?? "Single sign-on",
      type: "oauth",
      wellKnown: `${OIDC_ISSUER.replace(/\/$/, "")}/.well-known/openid-configuration`,
      clientId: OIDC_CLIENT_ID,
      ...(OIDC_CLIENT_SECRET ? { clientSecret: OIDC_CLIENT_SECRET } : {}),
      idToken: true,
      checks: ["pkce", "state", "nonce"],
      authorization: { params: { scope: "openid email profile" } },
      profile: (claims: { sub: string }) => ({ id: claims.sub }),
    });
  return list;
}

function providedUser(profile: unknown): Promise<string | null> {
  const claims = Claims.safeParse(profile);
  if (!claims.success) return Promise.resolve(null);
  const { sub, email, email_verified: emailVerified } = claims.data;
  return findProvidedUser(webDoor(), { subject: `${process.env.OIDC_ISSUER ?? ""} ${sub}`, email, emailVerified });
}
