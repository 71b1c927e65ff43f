"use client";
import { usePathname } from "next/navigation";
import { narrowedBy } from "./registry";
import { useScope } from "./use-scope";
import { useViewer } from "./viewer";
import styles from "./shell.module.css";

interface Choice {
  id: string;
  name: string;
}

/** Narrows the page to a site or a team; shown where its rows have one and there is something to choose. */
export function ScopeSwitch() {
  const viewer = useViewer();
  const { scope, setScope } = useScope();
  const by = narrowedBy(usePathname());
  if (by.length === 0) return null;
  return (
    <div className={styles.scope}>
      {by.includes("site") ? (
        <Select
          label="Site"
          all="All sites"
          choices={viewer?.sites ?? []}
          chosen={scope.site}
          onChoose={(site) => void setScope({ site })}
        />
      ) : null}
      {by.includes("team") ? (
        <Select
          label="Team"
          all="All teams"
          choices={viewer?.teams ?? []}
          chosen={scope.team}
          onChoose={(team) => void setScope({ team })}
        />
      ) : null}
    </div>
  );
}

interface SelectProps {
  label: string;
  all: string;
  choices: readonly Choice[];
  chosen: string | null;
  onChoose: (id: string | null) => void;
}

function Select({ label, all, choices, chosen, onChoose }: SelectProps) {
  if (choices.length < 2 && chosen === null) return null;
  const unknown = chosen !== null && !choices.some(({ id }) => id === chosen);
  return (
    <label>
      <span className="vh">{label}</span>
      <select value={chosen ?? ""} onChange={(event) => onChoose(event.target.value || null)}>
        <option value="">{all}</option>
        {choices.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {unknown ? <option value={chosen}>unknown {label.toLowerCase()}</option> : null}
      </select>
    </label>
  );
}
