import { z } from 'zod'
import { nearestName } from '../options/nearest-name.js'
import type { ConfigIssue } from './config-error.js'
import { SETTING_NAMES } from './setting-names.js'
import type { YamlText } from './yaml-text.js'

/** Checks a parsed file by a schema; adds each issue with the file, the line and the place in it. */
export function checkedStructure<T>(
  schema: z.ZodType<T>,
  parsed: YamlText,
  { name, issues }: { readonly name: string; readonly issues: ConfigIssue[] },
): T | undefined {
  const { value, lineOf, faults } = parsed
  if (faults.length > 0) {
    issues.push(...faults.map(({ line, message }) => ({ key: placed(name, line), hint: message })))
    return undefined
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  for (const { path, hint } of result.error.issues.flatMap((one) => told(one, json))) {
    issues.push({ key: `${placed(name, lineOf(path))}${shownPath(path)}`, hint })
  }
  return undefined
}

interface Told {
  readonly path: readonly PropertyKey[]
  readonly hint: string
}

function told(issue: z.core.$ZodIssue, schema: unknown): readonly Told[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = propertiesAt(schema, path)
    return issue.keys.map((key) => ({ path: [...path, key], hint: unknownKey(key, known) }))
  }
  if (issue.code === 'invalid_key') {
    return [{ path, hint: issue.issues.map(({ message }) => message).join('; ') }]
  }
  if (issue.code === 'invalid_union') return unionTold(issue, schema)
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return [
    { path, hint: missing && issue.message.startsWith('Invalid') ? 'is missing' : plain(issue) },
  ]
}

/** Of the form that fits best: the one whose faults are inside of the value. */
function unionTold(issue: z.core.$ZodIssueInvalidUnion, schema: unknown): readonly Told[] {
  const inside = issue.errors.find((issues) =>
    issues.every((one) => one.path.length > 0 || one.code === 'custom'),
  )
  if (inside === undefined) return [{ path: issue.path, hint: issue.message }]
  return inside.flatMap((one) => told({ ...one, path: [...issue.path, ...one.path] }, schema))
}

function plain({ message, code }: z.core.$ZodIssue): string {
  return code === 'invalid_type' && message.startsWith('Invalid')
    ? 'has a value of another type'
    : message
}

const SECRET_LIKE = /secret|passw|token|credential|private.?key|assertion|certificate/i

function unknownKey(key: string, known: readonly string[]): string {
  const upper = key.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
  if (SECRET_LIKE.test(key) && !known.includes(key)) {
    const setting = /certificate/i.test(key)
      ? 'MCP_AUTH0_CLIENT_CERTIFICATE'
      : /private.?key/i.test(key)
        ? 'MCP_AUTH0_CLIENT_PRIVATE_KEY'
        : 'MCP_AUTH0_CLIENT_SECRET'
    return `has no place in this file, which holds no secrets. Set ${setting}, or ${setting}_FILE to a file that holds it`
  }
  if (SETTING_NAMES.has(upper)) {
    return `is no key of this file. Set ${upper} in the environment or in .env`
  }
  const near = nearestName(key, known)
  if (near !== undefined) return `is no key here. Did you mean ${near}?`
  return `is no key here. There are ${known.join(', ')}`
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
}

/** The names that a schema has at a place. */
function propertiesAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let at: readonly Schema[] = [schema as Schema]
  for (const key of path) {
    at = at.flatMap(branches).flatMap(({ properties, additionalProperties }) => {
      const named = properties?.[String(key)]
      if (named !== undefined) return [named]
      return typeof additionalProperties === 'object' ? [additionalProperties] : []
    })
  }
  return at.flatMap(branches).flatMap(({ properties = {} }) => Object.keys(properties))
}

function branches(schema: Schema): readonly Schema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(branches)
}

/** `mcp-on-behalf-of.yaml:3`. */
export function placed(name: string, line: number | undefined): string {
  return line === undefined ? name : `${name}:${line}`
}

function shownPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `, ${path.map((key) => String(key).slice(0, 80)).join('.')}`
}
