import Link from "next/link";
import { Empty, Sample } from "@/components/ui/states";
import { useViewer } from "../../../_shell/viewer";

/** How the first node gets here: the empty state of the fleet. */
export function AddNode() {
  const mayAdd = useViewer()?.can["fleet.manage"] === true;
  return (
    <Empty title="Add a node, then publish to it">
      <p>A node is anything that speaks MQTT 5. This gives it a name and a token, shown once:</p>
      <Sample label="Command that adds a node">npx throughline node add pump-house-1 --trust</Sample>
      {mayAdd ? (
        <p>
          Or <Link href="/admin/nodes">add it in the browser</Link>.
        </p>
      ) : null}
      <p>Then send a first reading with the address and the token from above:</p>
      <Sample label="Command that sends a reading">{`mosquitto_pub -V 5 -h localhost -p 1883 -u pump-house-1 -P <token> \\\n  -t tl/1/pump-house-1/up/plain/pump-1/temperature -m '{"value":21.5}'`}</Sample>
      <p>
        The node appears here within a second. Without <code>--trust</code> its streams wait for somebody to accept
        them, and what they sent until then is kept.
      </p>
    </Empty>
  );
}
