/** True while a key press belongs to a text field, a menu or an open dialog. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
      !(target instanceof HTMLInputElement && TOGGLES.test(target.type))) ||
    target.closest("[role=dialog], [role=menu], [role=listbox]") !== null
  );
}

/** Inputs that take no text. */
const TOGGLES = /^(checkbox|radio|button|submit|reset|range)$/;
