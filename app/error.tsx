"use client";
import { Page, Sheet } from "@/components/ui/page";
import { Failed } from "@/components/ui/states";

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <Page crumbs={[{ label: "Throughline", href: "/" }, { label: "Failed" }]}>
      <h1>This page could not be shown</h1>
      <Sheet flush>
        <Failed
          what="The server could not read what belongs here."
          still="Data keeps arriving and is stored. If it happens again, throughline doctor says what is wrong."
          onRetry={reset}
        />
      </Sheet>
    </Page>
  );
}
