import type { z } from 'zod'

/**
 * Validates the options of a public factory; throws a `TypeError` that names every fault at once.
 *
 * For programmers' mistakes: it is thrown while an app is put together, never while it serves.
 */
export function assertOptions<Schema extends z.ZodType>(
  factory: string,
  schema: Schema,
  options: unknown,
): asserts options is z.input<Schema> {
  const parsed = schema.safeParse(options)
  if (parsed.success) return
  const faults = parsed.error.issues.map((issue) => {
    const place = issue.path.length === 0 ? 'options' : issue.path.join('.')
    return `  - ${place}: ${issue.message}`
  })
  throw new TypeError(`${factory}() was given unusable options:\n${faults.join('\n')}`)
}
