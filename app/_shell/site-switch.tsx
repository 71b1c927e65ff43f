"use client";
import { parseAsString, useQueryState } from "nuqs";
import { useViewer } from "./viewer";
import styles from "./shell.module.css";

/** The site that lists are narrowed to, in the link; nothing for an organisation without sites. */
export function SiteSwitch() {
  const viewer = useViewer();
  const [site, setSite] = useQueryState("site", parseAsString.withOptions({ history: "push" }));
  const sites = viewer?.sites ?? [];
  if (sites.length === 0 && site === null) return null;
  const unknown = site !== null && !sites.some(({ id }) => id === site);
  return (
    <label className={styles.site}>
      <span className="vh">Site</span>
      <select value={site ?? ""} onChange={(event) => void setSite(event.target.value || null)}>
        <option value="">All sites</option>
        {sites.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {unknown ? <option value={site}>{site}, unknown</option> : null}
      </select>
    </label>
  );
}
