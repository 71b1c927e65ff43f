"use client";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/button";

const InviteSheet = lazy(() => import("./invite-sheet").then((module) => ({ default: module.InviteSheet })));

/** The page's next step; its form is fetched when it is first asked for. */
export function Invite() {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(0);
  return (
    <>
      <Button
        look="primary"
        aria-haspopup="dialog"
        onClick={() => {
          setAsked((times) => times + 1);
          setOpen(true);
        }}
      >
        Invite a person
      </Button>
      {asked > 0 ? (
        <Suspense>
          <InviteSheet key={asked} open={open} onOpenChange={setOpen} />
        </Suspense>
      ) : null}
    </>
  );
}
