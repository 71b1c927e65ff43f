import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { Design } from "./_components/design";

export const metadata: Metadata = { title: "Design" };

/** Every list and chart in each of its states, in both themes. For those who build pages: not served to people who use them. */
export default function DesignPage() {
  if (process.env.NODE_ENV === "production" && process.env.THROUGHLINE_DESIGN !== "1") notFound();
  return <Design nowMs={Date.UTC(2026, 10, 24, 12, 30)} />;
}
