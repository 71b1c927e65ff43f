import { notFound } from "next/navigation";

/** An address that no page has is answered inside the shell, so that the way on is there. */
export default function MissingPage(): never {
  notFound();
}
