/** The product's sign: one line through two points. */
export function Mark() {
  return (
    <svg width="22" height="14" viewBox="0 0 22 14" fill="none" aria-hidden="true">
      <path
        d="M2 9.5C5 9.5 5 2 8.5 2s4 10 7.5 10 2.5-3 4-3"
        stroke="var(--accent)"
        strokeWidth="2.2"
        strokeLinecap="round"
      />
      <circle cx="2.4" cy="9.5" r="1.9" fill="var(--accent)" />
      <circle cx="19.6" cy="9.2" r="1.9" fill="var(--text)" />
    </svg>
  );
}
