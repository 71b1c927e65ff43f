import type { Metadata, Viewport } from "next";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { connection } from "next/server";
import type { ReactNode } from "react";
import { Data } from "./_trpc/client";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Throughline", template: "%s · Throughline" },
  description: "From AIoT pilot to production: one line from business outcome to edge device.",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f5f2" },
    { media: "(prefers-color-scheme: dark)", color: "#131412" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Every page shows live facts: nothing is rendered at build time.
  await connection();
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <ThemeProvider attribute="data-theme" defaultTheme="system" enableSystem disableTransitionOnChange>
          <NuqsAdapter>
            <Data>{children}</Data>
          </NuqsAdapter>
        </ThemeProvider>
      </body>
    </html>
  );
}
