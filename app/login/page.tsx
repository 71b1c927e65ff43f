import type { Metadata } from "next";
import { signInOptions } from "../_trpc/server";
import { SignIn } from "./_components/sign-in";

export const metadata: Metadata = { title: "Sign in" };

export default async function LoginPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { callbackUrl, error } = await searchParams;
  return (
    <SignIn
      {...signInOptions()}
      wanted={typeof callbackUrl === "string" ? callbackUrl : "/"}
      problem={typeof error === "string" ? error : null}
    />
  );
}
