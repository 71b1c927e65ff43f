import { ListLoading } from "../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="fleet" rows={8} columns={6} />;
}
