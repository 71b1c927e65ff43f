"use client";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";

const ResetSheet = lazy(() => import("./reset-sheet").then((module) => ({ default: module.ResetSheet })));

/** The way back in for who forgot their password. */
export function ResetLink({ userId, name }: { userId: string; name: string }) {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(0);
  return (
    <>
      <Button
        aria-haspopup="dialog"
        onClick={() => {
          setAsked((times) => times + 1);
          setOpen(true);
        }}
      >
        New password
      </Button>
      {asked > 0 ? (
        <Suspense>
          <ResetSheet key={asked} userId={userId} name={name} open={open} onOpenChange={setOpen} />
        </Suspense>
      ) : null}
    </>
  );
}
