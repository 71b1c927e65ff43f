import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="service-tokens" rows={3} columns={6} />;
}
