/** A text that a migration file had in an earlier release, and why it was replaced instead of followed by a new file. */
export interface SupersededText {
  sha256: string;
  reason: string;
}

/**
 * Texts that count as applied although the file reads differently today. Only for a file that failed on some servers and does the
 * same as before on all others: a new file cannot help where the old one stops every migration.
 */
export const SUPERSEDED: Readonly<Record<string, readonly SupersededText[]>> = {
  "0005-timeseries.sql": [
    {
      sha256: "7560c36b96c853ee9b09f9766a7b47819047a77c277a2c77ca9c5e5a099bdf53",
      reason: "It read a setting that only superusers may see, so an ordinary owner could not migrate at all.",
    },
  ],
};
