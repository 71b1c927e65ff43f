"use client";
import { Headline, Page, Sheet } from "@/components/ui/page";
import { BlockSkeleton, Empty, Failed, TableSkeleton } from "@/components/ui/states";
import { StatusShape } from "@/components/ui/status";
import { chosenOf, type PlanState } from "@/server/value/domain/plan-answer";
import type { PlanQuestion } from "@/server/value/domain/plan-question";
import { planVerdict } from "@/server/value/domain/plan-words";
import type { Status } from "@/server/fabric/domain/health";
import Link from "next/link";
import { Freshness, useRefresh } from "../../../../_shell/refresh";
import { trail } from "../../../../_shell/registry";
import { useViewer } from "../../../../_shell/viewer";
import { PlanTasks } from "../../_components/plan-tasks";
import { Adopt } from "./adopt";
import { Bought } from "./bought";
import { Frontier } from "./frontier";
import { Goals } from "./goals";
import { PlanNote } from "./plan-note";
import { QuestionForm } from "./question-form";
import { Solving } from "./solving";
import { UseCases } from "./use-cases";
import { usePlan } from "./use-plan";

const STATUS: Readonly<Record<PlanState, Status>> = {
  solving: "unknown",
  proven: "ok",
  stopped: "watch",
  infeasible: "bad",
  failed: "bad",
};

/** What to fund, given the plant as it is: the question on top, the answer as it gets better, and why each of the others is not in it. */
export function Plan() {
  const { intervalMs, control } = useRefresh(5_000);
  const inHand = usePlan(intervalMs);
  const { facts, newest, plan, changes, question } = inHand;
  const can = useViewer()?.can ?? {};
  // While another question is on its way the facts of the one before are shown; those of the other goal would be read wrongly.
  const isSet = facts.data !== undefined && "targets" in facts.data.problem;
  const now = isSet === (question.goal === "minimal-set") ? facts.data : undefined;
  const verdict = now && newest.data !== undefined ? planVerdict(now, plan, changes) : null;
  const failed = facts.isError && !now;
  return (
    <Page
      crumbs={trail("portfolio", { label: "Plan" })}
      actions={
        <>
          {now ? <Freshness asOfMs={facts.dataUpdatedAt} failed={facts.isRefetchError} /> : null}
          {control}
          {plan && chosenOf(plan.answer) ? (
            <a href={`/api/export/plan?plan=${plan.id}`} download>
              Export CSV
            </a>
          ) : null}
          {plan && can["value.commit"] ? <Adopt inHand={inHand} plan={plan} /> : null}
        </>
      }
    >
      {verdict ? (
        <div aria-live="polite">
          <Headline
            title={verdict.title}
            shape={plan ? <StatusShape status={changes.length > 0 ? "watch" : STATUS[plan.state]} size={14} /> : null}
          >
            {verdict.detail}
          </Headline>
        </div>
      ) : (
        <Headline title="Plan" />
      )}
      <Goals inHand={inHand} />
      {failed ? (
        <Failed
          what="What a plan is made from could not be read."
          still="Nothing that was decided is lost."
          onRetry={() => void facts.refetch()}
        />
      ) : !now ? (
        <Sheet flush>
          <TableSkeleton rows={6} columns={6} />
        </Sheet>
      ) : now.useCases.length === 0 && now.left.length === 0 ? (
        <Sheet>
          <Empty title="A plan chooses among accepted use cases">
            <p>
              It finds those that bring the most for the money that there is. What several of them need of the plant is
              paid once, and what is there and healthy costs nothing. Accept a use case that has an estimate, then ask.
            </p>
            <Link href="/portfolio">Go to the portfolio</Link>
          </Empty>
        </Sheet>
      ) : (
        <>
          {can["value.plan"] ? <QuestionForm key={formKey(question)} inHand={inHand} now={now} /> : null}
          {plan ? <Solving inHand={inHand} plan={plan} /> : newest.isPending ? <BlockSkeleton height={60} /> : null}
          <UseCases inHand={inHand} now={now} mayAsk={can["value.plan"] === true} />
          {plan ? <Bought plan={plan} /> : null}
          {plan?.adoptedMs ? <PlanTasks planId={plan.id} currency={plan.facts.currency} /> : null}
          {plan?.answer.frontier ? <Frontier plan={plan} frontier={plan.answer.frontier} /> : null}
          {plan ? <PlanNote plan={plan} /> : null}
        </>
      )}
    </Page>
  );
}

/** What of a question the form itself asks: a choice that is made in the table must not throw away what is being typed. */
function formKey({ goal, budgetCents, skills, hours, targets, sure }: PlanQuestion): string {
  return JSON.stringify([goal, budgetCents, skills, hours, targets, sure]);
}
