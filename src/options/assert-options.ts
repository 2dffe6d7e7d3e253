import { z } from 'zod'
import { nearestName } from './nearest-name.js'

/** The keys of each member of a union of options; `keyof` has only those that all members share. */
type KeysOf<Options> = Options extends unknown ? keyof Options : never
type ValueOf<Options, Key> = Options extends unknown
  ? Key extends keyof Options
    ? Options[Key]
    : undefined
  : never

/** A schema that accepts an absent option. */
type OptionalSchema = z.ZodType & {
  readonly _zod: { readonly optin: NonNullable<z.ZodType['_zod']['optin']> }
}

/**
 * One schema for each option of a type, no more and no fewer; the schema of an optional option accepts its absence. The
 * types of the values are not compared.
 */
export type OptionsShape<Options> = {
  readonly [Key in KeysOf<Options>]: undefined extends ValueOf<Options, Key>
    ? OptionalSchema
    : z.ZodType
}

/**
 * Creates the schema of an object of options, also of a nested one: `optionsSchema<CachingOptions>({ maxAgeMs: … })`.
 *
 * The compiler compares its keys with those of the type. It refuses unknown keys and names the one that was meant.
 */
export function optionsSchema<Options extends object>(
  shape: OptionsShape<Options>,
): z.ZodObject<OptionsShape<Options>, z.core.$strict> {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? unknownKeys(issue.keys, known) : 'must be an object',
  })
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  const named = keys.map((key) => {
    const nearest = nearestName(key, known)
    return nearest === undefined ? `"${key}"` : `"${key}" (did you mean "${nearest}"?)`
  })
  return `${keys.length === 1 ? 'has an unknown option' : 'has unknown options'}: ${named.join(', ')}`
}

/**
 * Validates the options of a public factory; throws a `TypeError` that names every issue at once.
 *
 * For programmers' mistakes: it is thrown while an app is put together, never while it serves.
 */
export function assertOptions(factory: string, schema: z.ZodType, options: unknown): void {
  const parsed = schema.safeParse(options)
  if (parsed.success) return
  const issues = parsed.error.issues.map((issue) => {
    const place = issue.path.length === 0 ? 'options' : issue.path.join('.')
    return `  - ${place}: ${issue.message}`
  })
  throw new TypeError(`${factory}() was given unusable options:\n${issues.join('\n')}`)
}
