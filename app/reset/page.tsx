import type { Metadata } from "next";
import { OneTimeForm } from "../login/_components/one-time-form";

export const metadata: Metadata = { title: "Set a new password", referrer: "no-referrer" };

export default async function ResetPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  return (
    <OneTimeForm
      verb="reset"
      token={typeof token === "string" ? token : ""}
      title="Set a new password"
      done="The new password holds"
      fields={[
        {
          name: "password",
          label: "New password",
          type: "password",
          autoComplete: "new-password",
          hint: "At least 12 characters. A few words in a row are easy to remember.",
        },
      ]}
    >
      The link works once. Every session of yours ends, here and elsewhere.
    </OneTimeForm>
  );
}
