import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="teams" rows={3} columns={6} />;
}
