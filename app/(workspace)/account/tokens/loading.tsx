import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="tokens" rows={3} columns={5} />;
}
