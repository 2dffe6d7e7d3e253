import { Ajv } from '@modelcontextprotocol/server/validators/ajv'
import { nearestName } from '../options/nearest-name.js'
import { isObject, member, setMember, type Json, type JsonObject } from '../openapi/json.js'
import { shown } from '../openapi/shown.js'
import type { ToolSchema } from '../tools/tool.js'
import { checkedSchema } from './checked-schema.js'
import { isTooDeep } from './value-depth.js'

interface Issue {
  readonly message: string
  readonly path?: readonly string[] | undefined
}

type Check = (value: unknown) => readonly Issue[]

const MAX_ISSUES = 10

const AJV = new Ajv({ strict: false, validateSchema: false, allErrors: false, logger: false })

/**
 * The schema of a tool's arguments. It is compiled when it is first used. A schema that cannot be compiled is checked by its
 * outer names alone; the API checks what it is sent.
 *
 * Patterns and formats are not checked: those of a document may take for ever, and the API knows better.
 */
export function argumentSchema(published: JsonObject, mayBeEmpty: ReadonlySet<string>): ToolSchema {
  let check: Check | undefined
  return {
    '~standard': {
      version: 1,
      vendor: 'mcp-on-behalf-of',
      jsonSchema: { input: () => ({ ...published }), output: () => ({ ...published }) },
      validate: (value) => {
        const outer = outerIssues(value, published)
        if (outer.length > 0) return { issues: outer.slice(0, MAX_ISSUES) }
        const args = withoutNulls(value as JsonObject, published)
        check ??= compiled(published)
        const issues = check(withoutEmpty(args, mayBeEmpty))
        return issues.length > 0 ? { issues } : { value: args }
      },
    },
  }
}

function outerIssues(value: unknown, published: JsonObject): readonly Issue[] {
  if (!isObject(value as Json)) return [{ message: 'must be an object' }]
  if (isTooDeep(value)) return [{ message: 'is nested too deeply' }]
  const args = value as JsonObject
  const properties = member(published, 'properties')
  const known = isObject(properties) ? Object.keys(properties) : []
  const names = new Set(known)
  const unknown = Object.keys(args).filter((name) => !names.has(name))
  const missing = requiredOf(published).filter((name) => member(args, name) === undefined)
  return [
    ...missing.map((name) => ({ path: [name], message: 'is missing' })),
    ...unknown.slice(0, MAX_ISSUES).map((name) => unknownIssue(name, known)),
  ]
}

function unknownIssue(name: string, known: readonly string[]): Issue {
  const near = nearestName(name, known)
  const hint = near === undefined ? '' : `: did you mean ${near}?`
  return { path: [shown(name, 60)], message: `is no argument of this tool${hint}` }
}

function requiredOf(schema: JsonObject): readonly string[] {
  const required = member(schema, 'required')
  return Array.isArray(required) ? required.map(String) : []
}

/** Clients send null for an optional argument that a person left out. */
function withoutNulls(args: JsonObject, published: JsonObject): JsonObject {
  const required = requiredOf(published)
  return without(args, (name) => args[name] === null && !required.includes(name))
}

function withoutEmpty(args: JsonObject, mayBeEmpty: ReadonlySet<string>): JsonObject {
  return mayBeEmpty.size === 0 ? args : without(args, (n) => args[n] === '' && mayBeEmpty.has(n))
}

function without(args: JsonObject, leftOut: (name: string) => boolean): JsonObject {
  if (!Object.keys(args).some(leftOut)) return args
  const kept: Record<string, Json> = {}
  for (const name of Object.keys(args)) {
    if (!leftOut(name)) setMember(kept, name, args[name] ?? null)
  }
  return kept
}

/** The missing is told above, and an empty text that is let through would be missing here. */
function compiled(published: JsonObject): Check {
  const schema = checkedSchema({ ...published, required: [] })
  try {
    const validate = AJV.compile(schema)
    return (value) => {
      if (validate(value)) return []
      return (validate.errors ?? []).slice(-1).map((error) => ({
        path: error.instancePath
          .split('/')
          .slice(1)
          .map((key) => shown(unescaped(key), 60)),
        message: issueText(error),
      }))
    }
  } catch {
    return () => []
  } finally {
    // It would keep every schema for ever.
    AJV.removeSchema(schema)
  }
}

function issueText({
  keyword,
  message = 'is not as the schema says',
  params,
}: {
  readonly keyword: string
  readonly message?: string | undefined
  readonly params: Readonly<Record<string, unknown>>
}): string {
  if (keyword === 'enum' && Array.isArray(params['allowedValues'])) {
    const values = params['allowedValues'].map((one) => JSON.stringify(one)).join(', ')
    return `must be one of ${shown(values, 500)}`
  }
  if (keyword === 'additionalProperties') {
    return `must not have the member ${shown(String(params['additionalProperty']), 60)}`
  }
  return shown(message, 200)
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}
