"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { DataTable } from "@/components/ui/data-table";
import { SelectField, TextField } from "@/components/ui/field";
import { FormButton } from "@/components/ui/form-button";
import { textOf } from "@/components/ui/form-text";
import { Sheet } from "@/components/ui/page";
import { StatusText } from "@/components/ui/status";
import table from "@/components/ui/table.module.css";
import type { MustMeet } from "@/server/value/domain/must-meets";
import type { PortfolioRow } from "@/server/value/queries";
import { useViewer } from "../../../../_shell/viewer";
import { useTRPC } from "../../../../_trpc/client";
import { refusalOf } from "../../../../_trpc/refusal";

const NAMES: Readonly<Record<MustMeet["id"], string>> = {
  owner: "Owner",
  sponsor: "Sponsor",
  kpi: "Live KPI with a baseline",
  measurable: "Effect can be seen",
  acceptable: "Safe and lawful",
};
const STATUS = { pass: "ok", fail: "bad", unknown: "unknown" } as const;
const WORDS = { pass: "holds", fail: "does not hold", unknown: "unknown" } as const;

/** The must-meets, each with its reason and, for whoever may, what would settle it. No score makes up for one. */
export function MustMeets({
  row,
  mayEstimate,
  mayDecide,
}: {
  row: PortfolioRow;
  mayEstimate: boolean;
  mayDecide: boolean;
}) {
  return (
    <Sheet
      title="Must-meets"
      aside={
        <>
          {mayEstimate ? <People row={row} /> : null} {mayDecide ? <Review row={row} /> : null}
        </>
      }
      flush
    >
      <DataTable label="Must-meets" columns={[{ title: "Must-meet" }, { title: "State" }, { title: "Why" }]}>
        {row.standing.checks.map(({ id, verdict, why }) => (
          <tr key={id}>
            <td>{NAMES[id]}</td>
            <td className={table.nowrap}>
              <StatusText status={STATUS[verdict]}>{WORDS[verdict]}</StatusText>
            </td>
            <td>
              {why} {id === "owner" || id === "sponsor" ? <Confirm row={row} as={id} /> : null}
            </td>
          </tr>
        ))}
      </DataTable>
    </Sheet>
  );
}

function useAgain() {
  const trpc = useTRPC();
  const client = useQueryClient();
  return { onSettled: () => client.invalidateQueries({ queryKey: trpc.value.pathKey() }) };
}

/** Shown to the one person whose word it is. */
function Confirm({ row, as }: { row: PortfolioRow; as: "owner" | "sponsor" }) {
  const viewer = useViewer();
  const confirm = useMutation(useTRPC().value.confirm.mutationOptions(useAgain()));
  const whose = as === "owner" ? row.ownerId : row.sponsorId;
  if (whose === null || whose !== viewer?.user.id) return null;
  return (
    <Button
      size="small"
      disabled={confirm.isPending}
      onClick={() =>
        confirm.mutate(
          { id: row.id, version: row.version, as },
          { onSuccess: () => toast("Confirmed, for the next 90 days"), onError: ({ message }) => toast.error(message) },
        )
      }
    >
      I stand behind it
    </Button>
  );
}

function People({ row }: { row: PortfolioRow }) {
  const trpc = useTRPC();
  const people = useQuery(trpc.value.people.queryOptions());
  const set = useMutation(trpc.value.setPeople.mutationOptions(useAgain()));
  const refusal = refusalOf(set.error);
  const options = (
    <>
      <option value="">nobody</option>
      {(people.data ?? []).map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </>
  );
  return (
    <FormButton
      label="Owner and sponsor"
      size="small"
      title="Who stands behind it"
      verb="Save"
      waits={set.isPending}
      refusal={refusal}
      fields={["ownerId", "sponsorId"]}
      onOpen={() => set.reset()}
      onSend={(typed, close) =>
        set.mutate(
          {
            ...{ id: row.id, version: row.version },
            ownerId: textOf(typed, "ownerId") || null,
            sponsorId: textOf(typed, "sponsorId") || null,
          },
          { onSuccess: close },
        )
      }
    >
      <SelectField
        key={`owner ${people.data?.length}`}
        label="Owner"
        name="ownerId"
        defaultValue={row.ownerId ?? ""}
        hint="Makes it happen."
        refusal={refusal}
      >
        {options}
      </SelectField>
      <SelectField
        key={`sponsor ${people.data?.length}`}
        label="Sponsor"
        name="sponsorId"
        defaultValue={row.sponsorId ?? ""}
        hint="Pays for it and answers for it. Both confirm themselves, and again after 90 days."
        refusal={refusal}
      >
        {options}
      </SelectField>
    </FormButton>
  );
}

function Review({ row }: { row: PortfolioRow }) {
  const review = useMutation(useTRPC().value.review.mutationOptions(useAgain()));
  const refusal = refusalOf(review.error);
  return (
    <FormButton
      label="Review safety and law"
      size="small"
      title="What speaks against it?"
      verb="Save the review"
      waits={review.isPending}
      refusal={refusal}
      fields={["objections[0]"]}
      onOpen={() => review.reset()}
      onSend={(typed, close) => {
        const said = textOf(typed, "objections[0]").trim();
        const objections = said === "" ? [] : [said];
        review.mutate({ id: row.id, version: row.version, objections }, { onSuccess: close });
      }}
    >
      <TextField
        label="On safety or legal grounds"
        name="objections[0]"
        maxLength={300}
        autoComplete="off"
        defaultValue={row.objections?.join("; ") ?? ""}
        hint="Leave it empty when nothing does. Whatever stands here keeps the use case from being funded."
        refusal={refusal}
      />
    </FormButton>
  );
}
