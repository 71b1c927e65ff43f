import { ConfirmButton } from "@/components/ui/confirm-button";

/** Takes away a token that somebody else, or a program of the organisation, holds. */
export function RevokeToken({ name, onConfirm }: { name: string; onConfirm: () => Promise<unknown> }) {
  return (
    <ConfirmButton
      label="Revoke"
      name={`Revoke ${name}`}
      title={`Revoke “${name}”?`}
      verb="Revoke"
      does={
        <p>
          The program that holds it is refused from its next call on. It cannot be given back: make a new one instead.
        </p>
      }
      onConfirm={onConfirm}
    />
  );
}
