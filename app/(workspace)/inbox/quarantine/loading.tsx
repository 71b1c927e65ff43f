import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="quarantine" rows={8} columns={4} />;
}
