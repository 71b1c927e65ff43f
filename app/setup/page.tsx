import type { Metadata } from "next";
import { OneTimeForm } from "../login/_components/one-time-form";

export const metadata: Metadata = { title: "Set up", referrer: "no-referrer" };

export default async function SetUpPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  return (
    <OneTimeForm
      verb="setup"
      token={typeof token === "string" ? token : ""}
      title="Set up Throughline"
      done="Throughline is set up"
      fields={[
        { name: "organisation", label: "Organisation", type: "text", autoComplete: "organization" },
        { name: "name", label: "Your name", type: "text", autoComplete: "name" },
        { name: "email", label: "Your e-mail", type: "email", autoComplete: "username" },
        {
          name: "password",
          label: "Password",
          type: "password",
          autoComplete: "new-password",
          hint: "At least 12 characters. A few words in a row are easy to remember.",
        },
      ]}
    >
      You become the first administrator. The link that brought you here works once; the start of the program printed
      it.
    </OneTimeForm>
  );
}
