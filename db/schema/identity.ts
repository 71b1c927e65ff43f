import {
  type AnyPgColumn,
  bigint,
  boolean,
  customType,
  interval,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { instant } from "./columns";
import { sql } from "drizzle-orm";
import type { Role } from "@/server/core/domain/permissions";
import { sites } from "./fabric";

/** Tables of db/migrations/0020-identity.sql, which holds the constraints; a test compares the two. */

const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });

export const orgs = pgTable("orgs", {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const teams = pgTable("teams", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id")
    .notNull()
    .references(() => orgs.id),
  siteId: text("site_id").references((): AnyPgColumn => sites.id),
  name: text().notNull(),
  isDefault: boolean("is_default").notNull().default(false),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const users = pgTable("users", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id").notNull().default(sql`first_org()`),
  email: text().notNull(),
  name: text().notNull(),
  passwordHash: text("password_hash"),
  passwordChangedAt: instant("password_changed_at"),
  oidcSubject: text("oidc_subject"),
  disabledAt: instant("disabled_at"),
  createdAt: instant("created_at").notNull().defaultNow(),
});

export const memberships = pgTable("memberships", {
  id: uuid().primaryKey().defaultRandom(),
  userId: uuid("user_id").notNull(),
  teamId: uuid("team_id"),
  role: text().$type<Role>().notNull(),
  grantedBy: text("granted_by").notNull(),
  grantedAt: instant("granted_at").notNull().defaultNow(),
});

export const sessions = pgTable("sessions", {
  id: uuid().primaryKey().defaultRandom(),
  sidHash: bytes("sid_hash").notNull(),
  userId: uuid("user_id").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  lastSeenAt: instant("last_seen_at").notNull().defaultNow(),
  idleLimit: interval("idle_limit").notNull(),
  expiresAt: instant("expires_at").notNull(),
  ip: text(),
  userAgent: text("user_agent"),
  revokedAt: instant("revoked_at"),
  revokedWhy: text("revoked_why"),
});

export const loginAttempts = pgTable("login_attempts", {
  id: bigint({ mode: "number" }).generatedAlwaysAsIdentity().primaryKey(),
  account: text().notNull(),
  ip: text().notNull(),
  succeeded: boolean().notNull(),
  at: instant("at").notNull().defaultNow(),
});

export const oneTimeTokens = pgTable("one_time_tokens", {
  tokenHash: bytes("token_hash").primaryKey(),
  purpose: text().$type<"reset" | "setup">().notNull(),
  userId: uuid("user_id"),
  issuedBy: text("issued_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  expiresAt: instant("expires_at").notNull(),
  usedAt: instant("used_at"),
});

export const apiTokens = pgTable("api_tokens", {
  id: uuid().primaryKey().defaultRandom(),
  orgId: uuid("org_id").notNull().default(sql`first_org()`),
  userId: uuid("user_id"),
  name: text().notNull(),
  tokenHash: bytes("token_hash").notNull(),
  hint: text().notNull(),
  role: text().$type<Role>(),
  teamId: uuid("team_id"),
  access: text().$type<"read" | "write">().notNull().default("read"),
  createdBy: text("created_by").notNull(),
  createdAt: instant("created_at").notNull().defaultNow(),
  expiresAt: instant("expires_at").notNull(),
  lastUsedAt: instant("last_used_at"),
  revokedAt: instant("revoked_at"),
});

export const auditLog = pgTable(
  "audit_log",
  {
    orgId: uuid("org_id").notNull(),
    n: bigint({ mode: "number" }).notNull(),
    at: instant("at").notNull(),
    actorKind: text("actor_kind").$type<"user" | "token" | "system">().notNull(),
    actorId: text("actor_id").notNull(),
    actorName: text("actor_name").notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    teamId: uuid("team_id"),
    before: jsonb(),
    after: jsonb(),
    prev: bytes("prev").notNull(),
    hash: bytes("hash").notNull(),
  },
  (t) => [primaryKey({ columns: [t.orgId, t.n] })],
);
