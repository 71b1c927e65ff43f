import type { FieldRefusal } from "@/components/ui/field";

/** What a procedure refused, as a form shows it; null while it refused nothing. */
export function refusalOf(
  error: { message: string; data?: { field?: string | null } | null | undefined } | null,
): FieldRefusal | null {
  return error && { message: error.message, field: error.data?.field };
}
