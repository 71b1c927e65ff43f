/**
 * Loads what the first page is made of while somebody types at the door, so that after the sign-in only its facts are on their way. Nothing
 * breaks where it fails: the page then loads its parts itself.
 */
export async function warmUp(): Promise<void> {
  await Promise.allSettled([
    import("../../_shell/shell"),
    import("../../_shell/live"),
    import("../../(workspace)/_home/home"),
  ]);
}
