import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="roles" rows={7} columns={4} />;
}
