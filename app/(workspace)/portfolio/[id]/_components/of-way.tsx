import { type FieldRefusal, SelectField } from "@/components/ui/field";

/** Whether a row holds however it is done, or of one way alone. Nothing while there is one way. */
export function OfWay({
  name,
  options,
  value,
  onChange,
  refusal,
}: {
  name: string;
  options: readonly { n: number; name: string; isDropped: boolean }[];
  value: number | null;
  onChange: (option: number | null) => void;
  refusal: FieldRefusal | null;
}) {
  if (options.length === 0) return null;
  return (
    <SelectField
      label="Of the way"
      name={name}
      value={value === null ? "" : String(value)}
      onChange={({ target }) => onChange(target.value === "" ? null : Number(target.value))}
      refusal={refusal}
    >
      <option value="">however it is done</option>
      {options.map(({ n, name: called, isDropped }) => (
        <option key={n} value={n}>
          {called}
          {isDropped ? ", dropped" : ""}
        </option>
      ))}
    </SelectField>
  );
}
