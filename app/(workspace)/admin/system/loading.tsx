import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="system" rows={5} columns={4} />;
}
