import type { Metadata, Viewport } from "next";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { connection } from "next/server";
import { Suspense, type ReactNode } from "react";
import { Data } from "./_trpc/client";
import { getQueryClient, Hydrate, trpc } from "./_trpc/server";
import { LiveProvider } from "./_shell/live";
import { Shell } from "./_shell/shell";
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
  await getQueryClient().prefetchQuery(trpc.fleet.waiting.queryOptions());
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <ThemeProvider attribute="data-theme" defaultTheme="system" enableSystem disableTransitionOnChange>
          <NuqsAdapter>
            <Data>
              <Hydrate>
                <LiveProvider>
                  <Suspense>
                    <Shell>{children}</Shell>
                  </Suspense>
                </LiveProvider>
              </Hydrate>
            </Data>
          </NuqsAdapter>
        </ThemeProvider>
      </body>
    </html>
  );
}
