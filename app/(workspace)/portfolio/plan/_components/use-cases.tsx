"use client";
import Link from "next/link";
import { useRef } from "react";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { useRowKeys } from "@/components/ui/row-keys";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { formatMoney } from "@/server/value/domain/money-words";
import { chosenOf, type PlanLine, planLines } from "@/server/value/domain/plan-answer";
import { type PlanFacts, type PlanUseCase, wayOf } from "@/server/value/domain/plan-facts";
import { needsWords, whyOutWords } from "@/server/value/domain/plan-words";
import { stageName } from "@/server/value/domain/stages";
import { useCarry } from "../../../../_shell/carry";
import styles from "../plan.module.css";
import { Choice } from "./choice";
import type { PlanInHand } from "./use-plan";
import { useWhyKey } from "./use-why-key";

/** Every use case that a plan can choose: whether it is in, for how much, why not if it is not, and what is said about it beforehand. */
export function UseCases({ inHand, now, mayAsk }: { inHand: PlanInHand; now: PlanFacts; mayAsk: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body);
  useWhyKey(body);
  const { plan, newest } = inHand;
  const chosen = plan && plan.state !== "infeasible" ? chosenOf(plan.answer) : null;
  // An answer is shown over the facts that it was made from; without one, over those of now.
  const facts = chosen && plan ? plan.facts : now;
  const lines = new Map(chosen ? planLines(facts, chosen).map((line) => [line.useCaseId, line]) : []);
  const place = ({ id }: PlanUseCase): number => (chosen?.useCaseIds.includes(id) ? 0 : 1);
  const rows = [...facts.useCases].sort((a, b) => place(a) - place(b));
  return (
    <Sheet title="Use cases" aside={<Shortcut />} flush>
      <DataTable
        label="Use cases of the plan"
        stale={newest.isPlaceholderData}
        cards
        body={body}
        columns={[
          { title: "Use case" },
          { title: "Plan" },
          { title: "Stage", isWideOnly: true },
          { title: "Brings in 12 months", isNumber: true },
          { title: "Money", isNumber: true },
          { title: "Why" },
          { title: "Your choice", isTitleHidden: !mayAsk },
        ]}
      >
        {rows.map((useCase) => (
          <Row
            key={useCase.id}
            {...{ facts, inHand, mayAsk }}
            one={useCase}
            isIn={chosen ? chosen.useCaseIds.includes(useCase.id) : null}
            line={lines.get(useCase.id) ?? null}
          />
        ))}
        {now.left.map(({ id, title, why }) => (
          <tr key={id}>
            <td className={styles.name}>
              <Title id={id} title={title} />
            </td>
            <td className={table.corner}>
              <StatusText status="unknown">not asked</StatusText>
            </td>
            <td className={table.wholeRow} colSpan={4}>
              {why}
            </td>
            <td className={table.wholeRow}>
              {mayAsk && inHand.question.without.includes(id) ? <Choice inHand={inHand} id={id} title={title} /> : null}
            </td>
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}

function Shortcut() {
  return (
    <span className={styles.keys}>
      <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>w</kbd> for “why not this one?”
    </span>
  );
}

function Title({ id, title }: { id: string; title: string }) {
  const carry = useCarry();
  return (
    <Link href={carry(`/portfolio/${id}`)} data-row>
      {title}
    </Link>
  );
}

const FIXED: Readonly<Record<NonNullable<PlanUseCase["fixed"]>, string>> = {
  committed: "committed",
  "under way": "under way",
  wanted: "has to be in",
};

function Row({
  one,
  isIn,
  facts,
  line,
  inHand,
  mayAsk,
}: {
  one: PlanUseCase;
  /** null while there is no answer */
  isIn: boolean | null;
  facts: PlanFacts;
  line: PlanLine | null;
  inHand: PlanInHand;
  mayAsk: boolean;
}) {
  const { id, title, stage, fixed, waitsFor } = one;
  const { valueCents, ownCents } = wayOf(one, line?.way?.id) ?? one;
  const money = (cents: number): string => formatMoney(cents, facts.currency);
  return (
    <tr>
      <td className={styles.name}>
        <Title id={id} title={title} />
        {fixed === null ? null : <span className={table.sub}>{FIXED[fixed]}</span>}
        {line?.way ? <span className={table.sub}>by: {line.way.name}</span> : null}
        {line === null && one.ways ? <span className={table.sub}>{one.ways.length} ways to do it</span> : null}
      </td>
      <td className={table.corner}>
        {isIn !== null ? (
          <StatusText status={isIn ? "ok" : "unknown"}>
            {isIn ? "in" : inHand.question.goal === "minimal-set" ? "not needed" : "out"}
          </StatusText>
        ) : (
          <span className="muted">–</span>
        )}
      </td>
      <td className={table.wideOnly}>{stageName(stage)}</td>
      <td className={table.num}>
        <span className={styles.phoneLabel}>brings </span>
        {valueCents === null ? "unknown" : money(valueCents)}
        {valueCents === null ? <span className={table.sub}>nobody has estimated it</span> : null}
      </td>
      <td className={table.num}>
        <span className={styles.phoneLabel}>for </span>
        {money(line?.cents ?? ownCents)}
        {line && line.shareCents > 0 ? (
          <span className={table.sub}>with {money(line.shareCents)} for the plant</span>
        ) : null}
      </td>
      <td className={`${table.wholeRow} ${styles.why}`}>
        {isIn === false ? (
          <WhyNot one={one} facts={facts} inHand={inHand} />
        ) : waitsFor === null ? (
          "holds all must-meets"
        ) : (
          <StatusText status="watch">{waitsFor.replace(/\.$/, "")}</StatusText>
        )}
      </td>
      <td className={table.wholeRow}>
        {mayAsk && (fixed === null || fixed === "wanted") ? <Choice inHand={inHand} id={id} title={title} /> : null}
      </td>
    </tr>
  );
}

function WhyNot({ one, facts, inHand }: { one: PlanUseCase; facts: PlanFacts; inHand: PlanInHand }) {
  const { plan } = inHand;
  const isSet = plan?.answer.set !== undefined;
  const why = isSet
    ? "The targets are reached without it, for less or with fewer things."
    : plan?.endedMs !== null && !plan?.answer.whyOut?.[one.id]
      ? "The search was ended before this was worked out. Ask anew."
      : whyOutWords(one, plan?.answer.whyOut?.[one.id], facts);
  return (
    <details data-why>
      <summary>
        Why not this one?<span className="vh"> {one.title}</span>
      </summary>
      <p>{why}</p>
      <p>{needsWords(one, facts)}</p>
      {one.waitsFor === null ? null : <p className="muted">{one.waitsFor}</p>}
    </details>
  );
}
