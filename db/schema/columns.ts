import { bigint, timestamp } from "drizzle-orm/pg-core";

/** A moment, in UTC. */
export const instant = (name: string) => timestamp(name, { withTimezone: true });

/** Money in whole cents; the currency stands beside it. */
export const cents = (name: string) => bigint(name, { mode: "number" });
