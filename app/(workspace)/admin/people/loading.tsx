import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="people" rows={8} columns={5} />;
}
