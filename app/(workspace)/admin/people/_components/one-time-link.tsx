"use client";
import { ShownOnce } from "@/components/ui/shown-once";

/** A link that sets a password once. It holds a secret, so nothing but this page of whoever made it ever shows it. */
export function OneTimeLink({ token }: { token: string }) {
  return (
    <ShownOnce value={`${window.location.origin}/reset?token=${token}`}>
      Give them this link in person or by a way you trust. It sets a password, works once and ends in 24 hours. It is
      shown now and never again.
    </ShownOnce>
  );
}
