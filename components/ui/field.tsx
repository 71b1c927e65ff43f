import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import styles from "./form.module.css";

/** A refusal of what was typed: the sentence, and the field it is about. */
export interface FieldRefusal {
  message: string;
  field?: string | null | undefined;
}

interface Described {
  label: string;
  hint?: ReactNode;
  refusal?: FieldRefusal | null;
  name: string;
}

/** A labelled field. A refusal of this field stands under it; `RefusalLine` says those that are of none. */
export function TextField({
  label,
  hint,
  refusal,
  name,
  ...input
}: Described & Omit<InputHTMLAttributes<HTMLInputElement>, "name">) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} {...input} {...described(id, name, hint, refusal)} />
      <Under id={id} name={name} hint={hint} refusal={refusal} />
    </div>
  );
}

/** The same for one choice of several: `<option>`s inside. */
export function SelectField({
  label,
  hint,
  refusal,
  name,
  children,
  ...select
}: Described & Omit<SelectHTMLAttributes<HTMLSelectElement>, "name">) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} {...select} {...described(id, name, hint, refusal)}>
        {children}
      </select>
      <Under id={id} name={name} hint={hint} refusal={refusal} />
    </div>
  );
}

function described(id: string, name: string, hint: ReactNode, refusal: FieldRefusal | null | undefined) {
  const isRefused = refusal?.field === name;
  const by = [hint ? `${id}-hint` : "", isRefused ? `${id}-refusal` : ""].filter(Boolean).join(" ");
  return { "aria-invalid": isRefused || undefined, "aria-describedby": by || undefined };
}

function Under({
  id,
  name,
  hint,
  refusal,
}: {
  id: string;
  name: string;
  hint: ReactNode;
  refusal: FieldRefusal | null | undefined;
}) {
  return (
    <>
      {hint ? (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      ) : null}
      {refusal?.field === name ? (
        <p id={`${id}-refusal`} role="alert" className={styles.refusal}>
          {refusal.message}
        </p>
      ) : null}
    </>
  );
}

/** What was refused, where it is about none of the named fields. */
export function RefusalLine({ refusal, fields }: { refusal: FieldRefusal | null; fields: readonly string[] }) {
  if (!refusal || fields.includes(refusal.field ?? "")) return null;
  return (
    <p role="alert" className={styles.refusal}>
      {refusal.message}
    </p>
  );
}
