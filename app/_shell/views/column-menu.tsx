"use client";
import { Menu } from "@/components/ui/menu";

interface ColumnMenuProps<C extends string> {
  all: readonly C[];
  hidden: readonly C[];
  onHide: (hidden: C[]) => void;
}

/** Which columns a table shows, in the link and so in every saved view. The first column always stays. */
export function ColumnMenu<C extends string>({ all, hidden, onHide }: ColumnMenuProps<C>) {
  return (
    <Menu
      label="Columns"
      name={hidden.length === 0 ? "Columns" : `Columns, ${hidden.length} hidden`}
      items={all.map((column) => ({
        label: column.charAt(0).toUpperCase() + column.slice(1).replace(/-/g, " "),
        checked: !hidden.includes(column),
        onSelect: () =>
          onHide(hidden.includes(column) ? hidden.filter((other) => other !== column) : [...hidden, column]),
      }))}
    />
  );
}
