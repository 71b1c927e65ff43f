import { type FieldRefusal, SelectField, TextField } from "@/components/ui/field";
import { figureShown } from "@/server/value/domain/typed-figures";
import { FIGURES, type UseCaseFigures } from "@/server/value/domain/use-case-figures";
import styles from "./portfolio.module.css";

const ENDS = [
  { end: "low", label: "Low" },
  { end: "mode", label: "Likeliest" },
  { end: "high", label: "High" },
] as const;

/** What each figure means, so that two people who estimate mean the same. */
const RUBRIC: Readonly<Record<(typeof FIGURES)[number]["field"], string>> = {
  benefitCentsPerDay: "Once it works and everybody uses it. Low: hardly ever less; high: hardly ever more.",
  oneOffCents: "Everything that is paid once, without devices that others could share.",
  runCentsPerDay: "Licences, power, hours of upkeep.",
  adoption: "Percent of the people or machines that will really use it.",
  technicalProbability: "Percent. 90: done before, here. 50: done before, elsewhere. 20: nobody has done it.",
};

/** The figures of an estimate, each as low, likeliest and high. Refusals stand at their field. */
export function FigureFields({
  currency,
  figures,
  refusal,
}: {
  currency: string;
  figures: UseCaseFigures | null;
  refusal: FieldRefusal | null;
}) {
  const own = refusal && { ...refusal, field: refusal.field?.replace(/^figures\./, "") };
  return (
    <>
      {FIGURES.map(({ field, name, isMoney }) => (
        <fieldset key={field} className={styles.triple}>
          <legend>
            {name}, {isMoney ? currency : "%"}
          </legend>
          <span className="muted">{RUBRIC[field]}</span>
          <div className={styles.ends}>
            {ENDS.map(({ end, label }) => (
              <TextField
                key={end}
                label={label}
                name={`${field}.${end}`}
                required
                inputMode="decimal"
                autoComplete="off"
                maxLength={20}
                defaultValue={figures ? figureShown(figures[field][end], isMoney) : ""}
                refusal={own}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <TextField
        label="Days from go-live to the full benefit"
        name="rampDays"
        required
        inputMode="numeric"
        autoComplete="off"
        maxLength={5}
        defaultValue={figures ? String(figures.rampDays) : "30"}
        refusal={own}
      />
      <SelectField
        label="Between low and high"
        name="shape"
        defaultValue={figures?.shape ?? "pert"}
        hint="How much more often the likeliest comes than the ends."
        refusal={own}
      >
        <option value="pert">Mostly near the likeliest (PERT)</option>
        <option value="triangular">Evenly falling to both ends (triangular)</option>
      </SelectField>
    </>
  );
}
