import { type FieldRefusal, RefusalLine, SelectField, TextField } from "@/components/ui/field";
import { textOf } from "@/components/ui/form-text";

/** What every token is asked for: what it is for, whether it may change something, and how long it lasts. */
export function TokenFields({ refusal, also = [] }: { refusal: FieldRefusal | null; also?: readonly string[] }) {
  return (
    <>
      <TextField label="What is it for?" name="name" required maxLength={100} autoComplete="off" refusal={refusal} />
      <SelectField label="It may" name="access" refusal={refusal}>
        <option value="read">read</option>
        <option value="write">read and change</option>
      </SelectField>
      <TextField
        label="Days until it ends"
        name="days"
        type="number"
        min={1}
        max={366}
        defaultValue={90}
        required
        refusal={refusal}
      />
      <RefusalLine refusal={refusal} fields={["name", "access", "days", ...also]} />
    </>
  );
}

/** What was typed into them. */
export function tokenTyped(typed: FormData): { name: string; access: "read" | "write"; days: number } {
  return {
    name: textOf(typed, "name"),
    access: typed.get("access") === "write" ? "write" : "read",
    days: Number(typed.get("days")),
  };
}
