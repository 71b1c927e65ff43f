/**
 * Where to go after signing in: a path of this server, whatever was asked for. Browsers read `//evil`, `/\evil` and `https:evil` as other
 * hosts, so the text is read the way a browser reads it before its origin is compared.
 */
export function localPath(wanted: string, base: string): string {
  try {
    const url = new URL(wanted, base);
    if (url.origin !== new URL(base).origin) return "/";
    const path = url.pathname.replace(/^[/\\]+/, "/");
    return path.startsWith("/login") ? "/" : `${path}${url.search}${url.hash}`;
  } catch {
    return "/"; // not an address at all
  }
}
