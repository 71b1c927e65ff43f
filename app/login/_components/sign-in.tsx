"use client";
import { signIn } from "next-auth/react";
import { useRouter } from "next/navigation";
import { useEffect, useId, useState, type FormEvent } from "react";
import { Button } from "@/components/ui/button";
import { textOf } from "@/components/ui/form-text";
import { useIsInteractive } from "@/components/ui/interactive";
import type { Role } from "@/server/core/domain/permissions";
import { localPath } from "@/server/identity/domain/local-path";
import { Mark } from "../../_shell/mark";
import { ROLE_WORDS } from "../../_shell/roles";
import { beganAtTheDoor } from "./began-at-the-door";
import styles from "./sign-in.module.css";
import { warmUp } from "./warm-up";

/** What each refusal means to the person; an unknown one is said like a wrong password. */
const PROBLEMS: Readonly<Record<string, string>> = {
  rate: "Too many attempts for this account or from this address. Wait a quarter of an hour, or ask an administrator for a new password.",
  busy: "Too many people sign in right now. Try again in a few seconds.",
  NoAccount: "Nobody here has this account. Ask an administrator to add your e-mail address.",
  OAuthCallback: "The identity provider's answer could not be used. Try again.",
  server: "The server did not answer. Try again in a moment.",
};
const WRONG = "E-mail or password is not right.";

interface SignInProps {
  demo: { key: string; name: string; role: Role }[];
  single: string | null;
  wanted: string;
  problem: string | null;
}

/** The door: a password, the organisation's sign-in where there is one, and the people of the demo where this is the demo. */
export function SignIn({ demo, single, wanted, problem }: SignInProps) {
  const [refusal, setRefusal] = useState(problem === null ? null : (PROBLEMS[problem] ?? WRONG));
  const [waits, setWaits] = useState(false);
  const isInteractive = useIsInteractive();
  const router = useRouter();
  useEffect(() => void warmUp(), []);
  const ids = { email: useId(), password: useId(), refusal: useId() };

  const enter = async (provider: "password" | "demo", values: Record<string, string>) => {
    setWaits(true);
    setRefusal(null);
    const answer = await signIn(provider, { ...values, redirect: false }).catch(() => undefined);
    if (answer?.ok) {
      const path = localPath(wanted, window.location.origin);
      if (beganAtTheDoor()) router.replace(path);
      // Somebody was signed in here before: with the whole page loaded anew, nothing of theirs stays in memory.
      else window.location.assign(path);
      return;
    }
    setWaits(false);
    const why = answer?.error ?? "server";
    setRefusal(PROBLEMS[why] ?? (answer ? WRONG : (PROBLEMS.server ?? WRONG)));
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void enter("password", { email: textOf(form, "email"), password: textOf(form, "password") });
  };

  return (
    <main id="main" className={styles.page}>
      <div className={styles.door}>
        <p className={styles.brand}>
          <Mark /> Throughline
        </p>
        <h1>Sign in</h1>
        {demo.length > 0 ? (
          <section aria-labelledby="demo" className={styles.demo}>
            <h2 id="demo">This is a demo</h2>
            <p>
              Every name opens the demo company with that person’s eyes. Nothing here is real, and no password is asked.
            </p>
            <ul>
              {demo.map(({ key, name, role }) => (
                <li key={key}>
                  <button
                    type="button"
                    disabled={waits || !isInteractive}
                    onClick={() => void enter("demo", { person: key })}
                  >
                    <strong>{ROLE_WORDS[role]}</strong> <span>{name}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
        {single ? (
          <Button
            look="primary"
            onClick={() => void signIn("oidc", { callbackUrl: localPath(wanted, window.location.origin) })}
          >
            Continue with {single}
          </Button>
        ) : null}
        <form onSubmit={submit} className={styles.form}>
          <label htmlFor={ids.email}>E-mail</label>
          <input id={ids.email} name="email" type="email" autoComplete="username" required maxLength={254} />
          <label htmlFor={ids.password}>Password</label>
          <input
            id={ids.password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
            maxLength={256}
            aria-describedby={refusal ? ids.refusal : undefined}
          />
          {refusal ? (
            <p id={ids.refusal} role="alert" className={styles.refusal}>
              {refusal}
            </p>
          ) : null}
          <Button look={demo.length > 0 || single ? "plain" : "primary"} type="submit" disabled={waits}>
            {waits ? "Signing in …" : "Sign in"}
          </Button>
        </form>
        <p className={styles.hint}>Forgot it? An administrator can give you a link that sets a new one, once.</p>
      </div>
    </main>
  );
}
