import { type FieldRefusal, SelectField, TextField } from "@/components/ui/field";

interface Choice {
  value: string;
  label: string;
}

/** A thing of the plant, found by words and then chosen; what is chosen already stays a choice when the words no longer find it. */
export function PickThing({
  what,
  name,
  q,
  onFind,
  found,
  chosen,
  refusal,
}: {
  /** such as `stream` */
  what: string;
  name: string;
  q: string;
  onFind: (q: string) => void;
  found: readonly Choice[];
  chosen: Choice | null;
  refusal: FieldRefusal | null;
}) {
  const choices = chosen && !found.some(({ value }) => value === chosen.value) ? [chosen, ...found] : found;
  return (
    <>
      <TextField
        label={`Find the ${what}`}
        name="find"
        type="search"
        value={q}
        onChange={(event) => onFind(event.target.value)}
        autoComplete="off"
        maxLength={100}
      />
      <SelectField
        key={choices.map(({ value }) => value).join()}
        label={`${what.slice(0, 1).toUpperCase()}${what.slice(1)}`}
        name={name}
        defaultValue={chosen?.value ?? ""}
        refusal={refusal}
      >
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
    </>
  );
}
