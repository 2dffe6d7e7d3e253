import type { z } from 'zod'

/** What is wrong with a value: where in it, and in words. */
export interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Has a schema find further issues in the whole value, whose members may each be right alone. */
export function withIssues<Schema extends z.ZodType>(
  schema: Schema,
  issuesIn: (value: unknown) => readonly Issue[],
): Schema {
  return schema.superRefine(
    (value: unknown, context) => {
      for (const { path, message } of issuesIn(value)) {
        context.addIssue({ code: 'custom', path: [...path], message })
      }
    },
    // Also where something is wrong already: all issues are named at once.
    { when: () => true },
  )
}
