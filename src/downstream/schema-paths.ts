import { z, type ZodType } from 'zod'
import { scrub } from '../logging/scrub.js'

const MAX_PATHS = 10

type Issue = Readonly<{ path: readonly PropertyKey[] }>

/**
 * Where an answer does not fit a schema, for a log: names that the schema has, and numbers. A name that comes from
 * the answer (a key of a record) is `*`: it may be anything.
 */
export function schemaPaths(schema: ZodType, issues: readonly Issue[]): readonly string[] {
  const known = namesIn(schema)
  const paths = issues.map(({ path }) => path.map((part) => shown(part, known)).join('.'))
  const told = [...new Set(paths.map((path) => (path === '' ? '(the whole answer)' : path)))]
  return told.slice(0, MAX_PATHS).map((path) => scrub(path, 100) ?? '')
}

function shown(part: PropertyKey, known: ReadonlySet<string>): string {
  if (typeof part === 'number') return String(part)
  return typeof part === 'string' && known.has(part) ? part : '*'
}

const names = new WeakMap<ZodType, ReadonlySet<string>>()

function namesIn(schema: ZodType): ReadonlySet<string> {
  const found = names.get(schema) ?? collected(schema)
  names.set(schema, found)
  return found
}

/** A schema that cannot be described has no known names. */
function collected(schema: ZodType): ReadonlySet<string> {
  const found = new Set<string>()
  const pending: unknown[] = []
  try {
    pending.push(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  } catch {
    return found
  }
  for (const value of pending) {
    if (typeof value !== 'object' || value === null) continue
    const { properties } = value as { properties?: object | undefined }
    for (const name of Object.keys(properties ?? {})) found.add(name)
    pending.push(...(Object.values(value) as unknown[]))
  }
  return found
}
