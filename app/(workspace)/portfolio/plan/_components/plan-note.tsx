import { Moment } from "@/components/ui/moment";
import { Sheet } from "@/components/ui/page";
import type { PlanRow } from "@/server/value/plan-queries";
import styles from "../plan.module.css";

/** How an answer came about, so that it can be asked for again: who, when, from which inputs, with which solver. */
export function PlanNote({ plan }: { plan: PlanRow }) {
  const first = plan.firstMs === null ? null : Math.max(0, Math.round(plan.firstMs - plan.madeMs));
  return (
    <Sheet title="How it came about">
      <p className={styles.note}>
        Asked by {plan.ownerName}, <Moment ms={plan.madeMs} />.{" "}
        {first === null ? null : `First answer after ${first} ms. `}
        {plan.adoptedMs === null ? null : (
          <>
            Adopted by {plan.adoptedByName}, <Moment ms={plan.adoptedMs} />.{" "}
          </>
        )}
        Inputs <code>{plan.facts.inputHash}</code>, {plan.solver ?? "no solver yet"}, seed {plan.seed ?? 1}, at most{" "}
        {plan.timeLimitS} s. What a use case brings is its expected benefit less its run cost over twelve months from
        go-live, discounted and times the chance that it works. What is still to be found counts once in a team when it
        is called the same.
      </p>
    </Sheet>
  );
}
