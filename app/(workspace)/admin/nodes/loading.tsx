import { ListLoading } from "../../../_shell/list-loading";

export default function Loading() {
  return <ListLoading page="node-logins" rows={8} columns={5} />;
}
