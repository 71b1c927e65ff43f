"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useState, type FormEvent } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { Popover } from "@/components/ui/popover";
import { Failed } from "@/components/ui/states";
import { useTRPC } from "../../_trpc/client";
import { sameView, viewQuery } from "./view-query";
import styles from "./views.module.css";

/** Filters, hidden columns and range of a page under a name: choose, save, remove with undo. The address is the view. */
export function SavedViews({ page }: { page: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  const path = usePathname();
  const now = viewQuery(useSearchParams().toString());
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const views = useQuery({ ...trpc.views.list.queryOptions({ page }), enabled: open, staleTime: 30_000 });
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.views.pathKey() });
  const save = useMutation({
    ...trpc.views.save.mutationOptions(),
    onSuccess: (view) => {
      setName("");
      toast(`“${view.name}” saved`);
      return refresh();
    },
  });
  const remove = useMutation({
    ...trpc.views.remove.mutationOptions(),
    onSuccess: (view) => {
      toast(`“${view.name}” removed`, {
        action: {
          label: "Undo",
          onClick: () => save.mutate({ page: view.page, name: view.name, query: view.query, replace: true }),
        },
      });
      return refresh();
    },
    onError: (cause) => toast(cause.message),
  });
  const submit = (event: FormEvent, replace = false) => {
    event.preventDefault();
    save.mutate({ page, name, query: now, replace });
  };
  const current = views.data?.find((view) => sameView(view.query, now));
  const taken = save.error?.data?.code === "CONFLICT";
  return (
    <Popover label="Views" name={current ? `Views, now ${current.name}` : "Views"} open={open} onOpenChange={setOpen}>
      <div className={styles.sheet}>
        {views.isError ? <Failed what="Your views could not be read." onRetry={() => void views.refetch()} /> : null}
        {views.data?.length === 0 ? (
          <p className="muted">None saved yet. Filter the list, then give that a name here.</p>
        ) : null}
        {views.data && views.data.length > 0 ? (
          <ul className={styles.list}>
            {views.data.map((view) => (
              <li key={view.id}>
                <Link
                  href={view.query === "" ? path : `${path}?${view.query}`}
                  aria-current={view === current ? "true" : undefined}
                  onClick={() => setOpen(false)}
                >
                  <bdi>{view.name}</bdi>
                </Link>
                <Button
                  size="small"
                  look="quiet"
                  aria-label={`Remove the view ${view.name}`}
                  onClick={() => remove.mutate({ id: view.id })}
                >
                  Remove
                </Button>
              </li>
            ))}
          </ul>
        ) : null}
        <form onSubmit={submit} className={styles.form}>
          <label htmlFor="view-name">Save what is shown now as</label>
          <div className={styles.row}>
            <input
              id="view-name"
              value={name}
              maxLength={200}
              autoComplete="off"
              aria-invalid={save.isError}
              aria-describedby={save.isError ? "view-problem" : undefined}
              onChange={(event) => {
                setName(event.target.value);
                save.reset();
              }}
            />
            <Button type="submit" look="primary" disabled={save.isPending}>
              Save
            </Button>
          </div>
          {save.isError ? (
            <p id="view-problem" role="alert" className={styles.problem}>
              {save.error.message}{" "}
              {taken ? (
                <button type="button" className="link" onClick={(event) => submit(event, true)}>
                  Replace it
                </button>
              ) : null}
            </p>
          ) : null}
        </form>
        {now === "" ? null : (
          <button
            type="button"
            className="link"
            onClick={() => {
              setOpen(false);
              router.push(path);
            }}
          >
            Show everything again
          </button>
        )}
      </div>
    </Popover>
  );
}
