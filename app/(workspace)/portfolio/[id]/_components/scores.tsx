"use client";
import { useQuery } from "@tanstack/react-query";
import { DataTable } from "@/components/ui/data-table";
import { Sheet } from "@/components/ui/page";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import { type MoneyMeasures, moneyMeasures } from "@/server/value/domain/cash-plan";
import type { Explained, Term } from "@/server/value/domain/explained";
import { formatMoney } from "@/server/value/domain/money-words";
import { METHODS, type Rating, scoreOf } from "@/server/value/domain/rating";
import { missingCentsOf, type ValuePolicy } from "@/server/value/domain/standing";
import type { UseCaseFigures } from "@/server/value/domain/use-case-figures";
import type { PortfolioRow } from "@/server/value/queries";
import { useTRPC } from "../../../../_trpc/client";
import { CashTerms } from "./cash-terms";
import { Rate } from "./rate";

const METHOD_NAMES = { rice: "RICE", ice: "ICE", wsjf: "WSJF, points" } as const;

interface Line {
  name: string;
  /** null: not known, for this reason */
  says: string | null;
  why: string;
}

/** The same use case by the usual methods, each with what it is made of. None of them ranks here: they are for who compares with elsewhere. */
export function Scores({
  row,
  policy,
  figures,
  mayRate,
}: {
  row: PortfolioRow;
  policy: ValuePolicy;
  figures: UseCaseFigures | null;
  mayRate: boolean;
}) {
  const { data } = useQuery(useTRPC().value.rating.queryOptions({ id: row.id }));
  const rating = data?.rating ?? null;
  const missing = missingCentsOf(row.capabilities);
  const weeks = rating?.wsjf?.durationWeeks ?? null;
  const measures = figures ? moneyMeasures(figures, missing, policy.discountRate, weeks) : null;
  const lines = [...moneyLines(measures, policy), ...METHODS.map((method) => methodLine(method, rating))];
  return (
    <Sheet
      title="By other methods"
      aside={
        mayRate ? <Rate key={data?.version ?? 0} row={row} rating={rating} /> : data && `rated by ${data.madeByName}`
      }
      flush
    >
      <DataTable
        label="Scores by method, with what each is made of"
        columns={[{ title: "Method" }, { title: "Score", isNumber: true }]}
      >
        {lines.map(({ name, says, why }) => (
          <tr key={name}>
            <td>
              {name}
              <span className={table.sub}>{why}</span>
            </td>
            <td className={table.num}>{says ?? <StatusText status="unknown">unknown</StatusText>}</td>
          </tr>
        ))}
      </DataTable>
      {measures ? <CashTerms measures={measures} currency={policy.currency} /> : null}
    </Sheet>
  );
}

function moneyLines(measures: MoneyMeasures | null, { currency, discountRate }: ValuePolicy): Line[] {
  if (measures === null) return [{ name: "Net present value", says: null, why: "nobody has estimated it yet" }];
  const money = (cents: number) => formatMoney(cents, currency);
  const months = (n: number | null) => (n === null ? "not within a year" : `${shown(n)} mo`);
  const { internalRate, expectedCommercialValue: commercial, wsjf } = measures;
  const yearly = (monthly: number) => `${shown(((1 + monthly) ** 12 - 1) * 100)} %`;
  return [
    {
      name: "Net present value",
      says: money(measures.netPresentValue.value),
      why: `${money(measures.flow[0] ?? 0)} today, then twelve months of expected cash at ${shown(discountRate * 100)} % a year`,
    },
    {
      name: "Payback",
      says: months(measures.paybackMonths),
      why: `in today’s money ${months(measures.discountedPaybackMonths)}`,
    },
    {
      name: "Internal rate of return, a year",
      says: internalRate.kind === "one" ? yearly(internalRate.rate) : null,
      why:
        internalRate.kind === "one"
          ? "the rate at which the net present value is 0"
          : internalRate.why.replace(/\.$/, ""),
    },
    {
      name: "Expected commercial value",
      says: money(commercial.value),
      why: termsOf(commercial, money),
    },
    {
      name: "WSJF, money",
      says: wsjf ? `${money(wsjf.value)}/wk per wk` : null,
      why: wsjf ? termsOf(wsjf, money) : "nobody has said how many weeks it takes",
    },
  ];
}

function methodLine(method: (typeof METHODS)[number], rating: Rating | null): Line {
  const score = rating && scoreOf(rating, method);
  const name = METHOD_NAMES[method];
  if (!score) return { name, says: null, why: "nobody has rated it by this method" };
  return {
    name,
    says: score.unit === "1" ? shown(score.value) : `${shown(score.value)} ${score.unit}`,
    why: termsOf(score),
  };
}

/** The formula and what its terms are, money as money. */
function termsOf({ formula, terms }: Explained, money: (cents: number) => string = shown): string {
  const say = ({ name, value, unit }: Term) => {
    if (unit.startsWith("cents")) return `${name} ${money(value)}${unit.endsWith("/wk") ? "/wk" : ""}`;
    return `${name} ${shown(value)}${unit === "1" ? "" : ` ${unit}`}`;
  };
  return `${formula}: ${terms.map(say).join(", ")}`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
