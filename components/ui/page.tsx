"use client";
import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { useIsFramed } from "./frame";
import styles from "./page.module.css";

export interface Crumb {
  label: string;
  href?: string;
}

interface PageProps {
  crumbs: readonly Crumb[];
  /** Right end of the bar: live state, range, refresh, export. */
  actions?: ReactNode;
  children: ReactNode;
}

/** The bar with the path to this page and its controls, and the page under it. */
export function Page({ crumbs, actions, children }: PageProps) {
  if (useIsFramed())
    return (
      <div className={styles.framed}>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
        {children}
      </div>
    );
  return (
    <>
      <header className={styles.bar}>
        <nav aria-label="Path" className={styles.crumbs}>
          <ol>
            {crumbs.map((crumb, i) => (
              <li key={`${crumb.label}${i}`}>
                {i > 0 ? (
                  <span aria-hidden="true" className={styles.slash}>
                    /
                  </span>
                ) : null}
                {crumb.href ? (
                  <Link href={crumb.href}>{crumb.label}</Link>
                ) : (
                  <strong aria-current="page">{crumb.label}</strong>
                )}
              </li>
            ))}
          </ol>
        </nav>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
      </header>
      <main id="main" tabIndex={-1} className={styles.main}>
        {children}
      </main>
    </>
  );
}

/** The page's title says what is true; the line under it says what follows from that. */
export function Headline({
  title,
  aside,
  children,
  shape,
}: {
  title: ReactNode;
  aside?: ReactNode;
  children?: ReactNode;
  shape?: ReactNode;
}) {
  const Heading = useIsFramed() ? "h2" : "h1";
  return (
    <div className={styles.headline}>
      <Heading>
        {shape}
        {title}
        {aside ? (
          <Fragment>
            {" "}
            <span className={styles.aside}>{aside}</span>
          </Fragment>
        ) : null}
      </Heading>
      {children ? <div className={styles.lead}>{children}</div> : null}
    </div>
  );
}

/** The title of a page that has nothing to say yet, for those who do not see it. */
export function UnseenTitle({ children }: { children: ReactNode }) {
  const Heading = useIsFramed() ? "h2" : "h1";
  return <Heading className="vh">{children}</Heading>;
}

/** A white sheet with one hairline border. */
export function Sheet({
  title,
  aside,
  children,
  id,
  flush = false,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
  flush?: boolean;
}) {
  return (
    <section className={styles.sheet} id={id}>
      {title ? (
        <div className={styles.sheetHead}>
          <h2>{title}</h2>
          {aside ? <div className={styles.sheetAside}>{aside}</div> : null}
        </div>
      ) : null}
      <div className={flush ? undefined : styles.sheetBody}>{children}</div>
    </section>
  );
}
