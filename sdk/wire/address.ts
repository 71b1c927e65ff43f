/**
 * An address as it may be shown in logs, metrics and health: scheme, host, port and path. User, password, query and fragment
 * are left out, because tokens travel in them. Text that is no address gives "(not an address)".
 */
export function publicAddress(address: string): string {
  if (!URL.canParse(address)) return "(not an address)";
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
