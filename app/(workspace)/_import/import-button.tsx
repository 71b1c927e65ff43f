"use client";
import { type ReactNode, useState } from "react";
import { toast } from "sonner";
import { TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import type { TRPCClientErrorLike } from "@trpc/client";
import type { AppRouter } from "@/server/root";
import { refusalOf } from "../../_trpc/refusal";
import { base64Of, LARGEST_BYTES, TOO_LARGE } from "./file-bytes";

/** What sends a file, and what came of the last one. */
interface Taking<Sent, Imported> {
  mutate: (sent: Sent, after: { onSuccess: (imported: Imported) => void }) => void;
  reset: () => void;
  isPending: boolean;
  error: TRPCClientErrorLike<AppRouter> | null;
}

interface ImportButtonProps<Sent, Imported> {
  /** Name for screen readers where “Import CSV” does not say of what. */
  name?: string;
  size?: "normal" | "small";
  title: string;
  /** What the file holds. */
  hint: string;
  take: Taking<Sent, Imported>;
  /** What is sent: the file in base64, and what else was typed. */
  sentOf: (file: string, typed: FormData) => Sent;
  /** What came of it, once nothing in it was wrong. */
  words: (imported: Imported) => string;
  /** Names of further fields. */
  fields?: readonly string[];
  children?: ReactNode;
  result?: ReactNode;
}

/** A sheet that takes a CSV file. It stays open while something in the file is wrong, and says what. */
export function ImportButton<Sent, Imported extends { faultCount: number }>({
  title,
  hint,
  take,
  sentOf,
  words,
  fields = [],
  children,
  ...button
}: ImportButtonProps<Sent, Imported>) {
  const [tooLarge, setTooLarge] = useState(false);
  const refusal = tooLarge ? TOO_LARGE : refusalOf(take.error);
  const send = async (file: File, typed: FormData, close: () => void) => {
    setTooLarge(file.size > LARGEST_BYTES);
    if (file.size > LARGEST_BYTES) return;
    take.mutate(sentOf(await base64Of(file), typed), {
      onSuccess: (imported) => {
        if (imported.faultCount > 0) return;
        toast(words(imported));
        close();
      },
    });
  };
  return (
    <FormButton
      {...button}
      label="Import CSV"
      title={title}
      verb="Import"
      waits={take.isPending}
      refusal={refusal}
      fields={["file", ...fields]}
      onOpen={() => {
        setTooLarge(false);
        take.reset();
      }}
      onSend={(typed, close) => {
        const file = typed.get("file");
        if (file instanceof File) void send(file, typed, close);
      }}
    >
      <TextField label="File" name="file" type="file" accept=".csv,text/csv" required hint={hint} refusal={refusal} />
      {children}
    </FormButton>
  );
}
