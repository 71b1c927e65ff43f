import { z } from "zod";
import { oneLine } from "@/server/core/domain/one-line";
import { Hours, Skill } from "./domain/skill-hours";
import { SEEN, words } from "./schema";

const MOST_SKILLS = 10;

const Name = oneLine("E_REQUIRED: Give this way a name, such as one acoustic camera.", 100);
const N = z.int().positive();

const WAY = {
  name: Name,
  summary: words(500).default(""),
  /** work that this way takes, beside that of the things it needs */
  hours: z
    .array(z.strictObject({ skill: Skill, hours: Hours }))
    .max(MOST_SKILLS, `E_RANGE: At most ${MOST_SKILLS} skills.`)
    .superRefine((hours, context) => {
      const names = hours.map(({ skill }) => skill.toLowerCase());
      for (const [index, name] of names.entries())
        if (names.indexOf(name) < index)
          context.addIssue({
            code: "custom",
            path: [index, "skill"],
            message: "E_DUPLICATE: This skill stands there twice.",
          });
    })
    .default([]),
};

export const AddOption = z.strictObject({
  ...SEEN,
  ...WAY,
  /** what the way that was described first is called from now on; it has no name while it is the only one */
  first: oneLine("E_REQUIRED: Name the way that was described first.", 100).default("As first described"),
});
export type AddOption = z.infer<typeof AddOption>;

export const ChangeOption = z.strictObject({ ...SEEN, ...WAY, n: N });
export type ChangeOption = z.infer<typeof ChangeOption>;

export const ChooseOption = z.strictObject({ ...SEEN, n: N, why: words(500).default("") });
export type ChooseOption = z.infer<typeof ChooseOption>;

/** `isDropped` false takes it up again. */
export const DropOption = z.strictObject({ ...SEEN, n: N, isDropped: z.boolean() });
export type DropOption = z.infer<typeof DropOption>;
