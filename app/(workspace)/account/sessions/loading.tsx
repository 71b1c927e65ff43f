import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="sessions" rows={3} columns={4} />;
}
