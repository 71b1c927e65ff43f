/** Which people a list shows, and in which order. */
export const PEOPLE_SHOWN = ["all", "active", "never", "disabled", "no-role"] as const;
export const PEOPLE_ORDERS = ["name", "seen", "added"] as const;
