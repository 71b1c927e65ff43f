import forms from "@/components/ui/form.module.css";
import { ShownOnce } from "@/components/ui/shown-once";

/** The token of a node, with how a device uses it. */
export function NodeToken({ node, token }: { node: string; token: string }) {
  return (
    <div className={forms.form}>
      <ShownOnce value={token}>
        It is shown this once. At the broker the user name is <code>{node}</code> and this is the password.
      </ShownOnce>
      <p className={forms.hint}>
        The broker’s address is what <code>npx throughline status</code> says on the machine that runs it. The embedded
        broker knows the login within a second; give a broker of your own this user yourself.
      </p>
    </div>
  );
}
