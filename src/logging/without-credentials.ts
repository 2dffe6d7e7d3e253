/** Members that hold credentials, whoever named them. */
const NAMES: ReadonlySet<string> = new Set(['token', 'authorization', 'secret'])

type Fields = Record<string, unknown>

/**
 * The fields of a log line without those named `token`, `authorization` or `secret`, and without such members of a field.
 * The same object where there are none. Does not look deeper.
 *
 * pino's `redact` does this too; it takes twice as long as all the rest of the line.
 */
export function withoutCredentials(fields: Fields): Fields {
  const names = Object.keys(fields)
  if (!names.some((name) => NAMES.has(name) || holdsSome(fields[name]))) return fields
  const left = Object.entries(fields).filter(([name]) => !NAMES.has(name))
  return Object.fromEntries(left.map(([name, value]) => [name, membersWithout(value)]))
}

function holdsSome(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).some(isNamed)
}

function membersWithout(value: unknown): unknown {
  if (!holdsSome(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !isNamed(name)))
}

function isNamed(name: string): boolean {
  return NAMES.has(name)
}
