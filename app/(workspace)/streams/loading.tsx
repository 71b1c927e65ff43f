import { ListLoading } from "../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="streams" rows={10} columns={5} />;
}
