import { z } from 'zod'
import { nearestName } from './nearest-name.js'
import { withIssues } from './with-issues.js'

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

/** Options that belong in another object, and the name of that. */
export interface OptionsElsewhere {
  readonly names: readonly string[]
  readonly place: string
}

/**
 * Creates the schema of an object of options, also of a nested one: `optionsSchema<CachingOptions>({ maxAgeMs: … })`.
 *
 * The compiler compares its keys with those of the type. It refuses unknown keys and names the one that was meant, or the
 * place where it belongs.
 */
export function optionsSchema<Options extends object>(
  shape: OptionsShape<Options>,
  kind: 'option' | 'member' = 'option',
  elsewhere?: OptionsElsewhere,
): z.ZodObject<OptionsShape<Options>, z.core.$strict> {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? foreignKeys(issue.keys, { known, kind, elsewhere })
        : 'must be an object',
  })
}

/**
 * Has the schema of an object that may have members of its own refuse those that look like a misspelt one of `known`:
 * what is meant for us must not go unread.
 */
export function refuseMisspelt(schema: z.ZodObject, known: readonly string[]): z.ZodType {
  return withIssues(schema, (value) => {
    if (typeof value !== 'object' || value === null) return []
    const misspelt = Object.keys(value).filter(
      (key) => !known.includes(key) && nearestName(key, known) !== undefined,
    )
    if (misspelt.length === 0) return []
    return [{ path: [], message: unknownKeys(misspelt, known, 'member') }]
  })
}

interface KnownKeys {
  readonly known: readonly string[]
  readonly kind: 'option' | 'member'
  readonly elsewhere: OptionsElsewhere | undefined
}

function foreignKeys(keys: readonly string[], { known, kind, elsewhere }: KnownKeys): string {
  const misplaced = keys.filter((key) => elsewhere?.names.includes(key))
  const unknown = keys.filter((key) => !misplaced.includes(key))
  const move = misplaced.map((key) => `"${key}"`).join(', ')
  return [
    ...(unknown.length > 0 ? [unknownKeys(unknown, known, kind)] : []),
    ...(elsewhere !== undefined && misplaced.length > 0
      ? [`may have only ${listed(known)}: move ${move} to ${elsewhere.place}`]
      : []),
  ].join('; ')
}

function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' and ')
}

function unknownKeys(keys: readonly string[], known: readonly string[], kind: string): string {
  const named = keys.map((key) => {
    const nearest = nearestName(key, known)
    return nearest === undefined ? `"${key}"` : `"${key}" (did you mean "${nearest}"?)`
  })
  return `${keys.length === 1 ? `has an unknown ${kind}` : `has unknown ${kind}s`}: ${named.join(', ')}`
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
    return `  - ${placeOf(issue.path, options)}: ${issue.message}`
  })
  throw new TypeError(`${factory}() was given unusable options:\n${issues.join('\n')}`)
}

/** A path as it is written, with the name of each tool on it: `tools.3 ("my_notes").downstream`. */
function placeOf(path: readonly PropertyKey[], options: unknown): string {
  let value = options
  const parts = path.map((key) => {
    value = (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key]
    const named = typeof key === 'number' || key === 'tool'
    return `${String(key)}${named ? nameOf(value) : ''}`
  })
  return parts.length === 0 ? 'options' : parts.join('.')
}

function nameOf(value: unknown): string {
  const { name } = (value ?? {}) as { readonly name?: unknown }
  return typeof name === 'string' && name !== '' ? ` (${JSON.stringify(name.slice(0, 100))})` : ''
}
