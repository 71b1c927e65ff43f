"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useTheme } from "next-themes";
import { useCallback } from "react";
import { toast } from "sonner";
import { singleKeysOff } from "@/components/ui/single-keys";
import { doOnPage } from "./act-hub";
import { compactRows } from "./density";
import { useKiosk } from "./kiosk";
import type { Act } from "./registry";

interface ShellActs {
  openPalette: () => void;
  openShortcuts: () => void;
}

/** Does an act of the registry. What the page in view can do itself, it does; the rest is done here. */
export function useActs({ openPalette, openShortcuts }: ShellActs): (act: Act) => void {
  const queryClient = useQueryClient();
  const { setTheme, resolvedTheme } = useTheme();
  const { toggle: toggleKiosk } = useKiosk();
  return useCallback(
    (act) => {
      if (doOnPage(act)) return;
      switch (act) {
        case "palette":
          openPalette();
          return;
        case "shortcuts":
          openShortcuts();
          return;
        case "filter":
          document.querySelector<HTMLInputElement>("main input[type=search]")?.focus();
          return;
        case "range":
          return; // only a page with a time range can
        case "refresh":
          // Queries under way are cancelled and asked again.
          void queryClient.invalidateQueries();
          toast("Refreshed");
          return;
        case "copy-link":
          void navigator.clipboard.writeText(window.location.href).then(
            () => toast("Link copied"),
            () => toast("The browser did not allow copying; the address bar has the link."),
          );
          return;
        case "theme-light":
          setTheme("light");
          return;
        case "theme-dark":
          setTheme("dark");
          return;
        case "theme-system":
          setTheme("system");
          return;
        case "theme-toggle":
          setTheme(resolvedTheme === "dark" ? "light" : "dark");
          return;
        case "density": {
          const compact = !compactRows.isChosen();
          compactRows.choose(compact);
          toast(compact ? "Compact rows" : "Normal rows");
          return;
        }
        case "kiosk":
          toggleKiosk();
          return;
        case "single-keys": {
          const on = singleKeysOff.isChosen();
          singleKeysOff.choose(!on);
          toast(on ? "Single-key shortcuts are on" : "Single-key shortcuts are off. Ctrl K still works.");
          return;
        }
        case "sign-out":
          void import("next-auth/react").then(({ signOut }) => signOut({ callbackUrl: "/" }));
          return;
      }
    },
    [openPalette, openShortcuts, queryClient, resolvedTheme, setTheme, toggleKiosk],
  );
}
