import { CSPProvider } from "@base-ui/react/csp-provider";
import type { Metadata, Viewport } from "next";
import { ThemeProvider } from "next-themes";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { headers } from "next/headers";
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
  // Inline scripts and styles of libraries run only with the nonce that proxy.ts gave this answer.
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <ThemeProvider
          attribute="data-theme"
          defaultTheme="system"
          enableSystem
          disableTransitionOnChange
          {...(nonce === undefined ? {} : { nonce })}
        >
          <CSPProvider nonce={nonce}>
            <NuqsAdapter>
              <Data>{children}</Data>
            </NuqsAdapter>
          </CSPProvider>
        </ThemeProvider>
      </body>
    </html>
  );
}
