"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** Kiosk mode is in the link: `?kiosk` shows the page alone, for a screen on a wall. */
export function useKiosk(): { kiosk: boolean; toggle: () => void } {
  const router = useRouter();
  const path = usePathname();
  const query = useSearchParams();
  const kiosk = query.has("kiosk") && query.get("kiosk") !== "false";
  const toggle = () => {
    const next = new URLSearchParams(query);
    if (kiosk) next.delete("kiosk");
    else next.set("kiosk", "true");
    router.replace(next.size > 0 ? `${path}?${next}` : path);
  };
  return { kiosk, toggle };
}
