import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="admin-jobs" rows={8} columns={6} />;
}
