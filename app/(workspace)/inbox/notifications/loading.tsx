import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="notifications" rows={8} columns={3} />;
}
