import { z } from 'zod'
import { optionsSchema, refuseMisspelt } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { withIssues, type Issue } from '../options/with-issues.js'
import { isScopeToken } from '../scopes.js'
import { userNeedOf } from './public-tools.js'
import type {
  ConfirmRequirement,
  DownstreamRequirement,
  Tool,
  ToolAlternative,
  ToolRequirements,
} from './tool.js'

/** A list of scopes among options. */
export const SCOPES_OPTION = z.array(
  z
    .string('must be a scope')
    .refine(isScopeToken, 'must be one scope, without spaces, quotes or backslashes'),
  'must be a list of scopes',
)

const NAME = optionValues.text('the name of the tool')

const DOWNSTREAM = optionsSchema<DownstreamRequirement>(
  {
    api: optionValues.text('the name of an API'),
    scopes: SCOPES_OPTION,
    stepUp: SCOPES_OPTION.optional(),
  },
  'member',
)

const ALTERNATIVES = z
  .array(
    optionsSchema<ToolAlternative>({ server: SCOPES_OPTION, api: SCOPES_OPTION }, 'member'),
    'must be a list of alternatives: { server: [], api: [] }',
  )
  .min(1, 'must have at least one alternative, or be left out')

const TOOL_NAMES = optionValues.texts('the name of a tool')

const OPERATION = optionsSchema<Exclude<ConfirmRequirement, boolean>>(
  { operation: optionValues.text('an operation, such as DELETE /bookings/{bookingId}') },
  'member',
)

const CONFIRM = z
  .union([z.boolean(), OPERATION], "must be true, false or { operation: 'DELETE /bookings/{id}' }")
  .optional()

const SCHEMA = z
  .unknown()
  .refine(isSchema, 'must be a schema with JSON Schema, such as z.object({})')

/** A Standard Schema that gives its JSON Schema too. */
function isSchema(value: unknown): boolean {
  const { '~standard': standard } = (value ?? {}) as { readonly '~standard'?: unknown }
  const { validate, jsonSchema } = (standard ?? {}) as Readonly<Record<string, unknown>>
  return typeof validate === 'function' && typeof jsonSchema === 'object' && jsonSchema !== null
}

/** A tool of the standalone server. It has no member that nobody reads. */
export const TOOL_SCHEMA = withIssues(
  optionsSchema<Tool>(
    {
      name: NAME,
      title: z.string('must be a text'),
      description: z.string('must be a text'),
      inputSchema: SCHEMA,
      outputSchema: SCHEMA.optional(),
      requiredScopes: SCOPES_OPTION,
      downstream: DOWNSTREAM.optional(),
      alternatives: ALTERNATIVES.optional(),
      callsTools: TOOL_NAMES.optional(),
      unlisted: optionValues.flag.optional(),
      public: optionValues.flag.optional(),
      confirm: CONFIRM,
      check: optionValues.callable.optional(),
      annotations: z.looseObject({}, 'must be an object').optional(),
      _meta: z.looseObject({}, 'must be an object').optional(),
      toText: optionValues.callable.optional(),
      handler: optionValues.callable,
    },
    'member',
  ),
  (tool) => [...halfStructured(tool), ...publicInVain(tool), ...confirmInVain(tool)],
)

/** A tool has both, or writes its content itself and has none. */
function halfStructured(tool: unknown): readonly Issue[] {
  const { outputSchema, toText, downstream, callsTools } = (tool ?? {}) as Partial<
    Record<keyof Tool, unknown>
  >
  const writesContent = downstream !== undefined || callsTools !== undefined
  if (outputSchema !== undefined && toText === undefined) {
    return [{ path: ['toText'], message: 'must be a function' }]
  }
  if (outputSchema === undefined && (toText !== undefined || !writesContent)) {
    const message = 'must be a schema with JSON Schema, such as z.object({})'
    return [{ path: ['outputSchema'], message }]
  }
  return []
}

/** A tool that needs a user is never public. */
function publicInVain(tool: unknown): readonly Issue[] {
  const given = (tool ?? {}) as Partial<ToolRequirements>
  const need = given.public === true ? userNeedOf(given) : undefined
  if (need === undefined) return []
  return [{ path: ['public'], message: `must be left out: ${need}` }]
}

/** A call of another tool through it would not be asked about. */
function confirmInVain(tool: unknown): readonly Issue[] {
  const { callsTools, confirm = false } = (tool ?? {}) as Partial<ToolRequirements>
  if (callsTools === undefined || confirm === false) return []
  const message = 'must be left out: the tools that are called through it ask for themselves'
  return [{ path: ['confirm'], message }]
}

/**
 * A tool of any MCP server, as far as the middleware has to know it. It may have members of its own, but for those that
 * look like a misspelt one of ours.
 */
export function requirementsSchema(known: readonly string[] = []): z.ZodType {
  const shape = {
    name: NAME,
    requiredScopes: SCOPES_OPTION,
    downstream: DOWNSTREAM.optional(),
    alternatives: ALTERNATIVES.optional(),
    callsTools: TOOL_NAMES.optional(),
    public: optionValues.flag.optional(),
    confirm: CONFIRM,
    annotations: z.looseObject({}, 'must be an object').optional(),
  }
  const schema = z.looseObject(shape, 'must be a tool, such as { name, requiredScopes: [] }')
  return withIssues(refuseMisspelt(schema, [...Object.keys(shape), ...known]), (tool) => [
    ...publicInVain(tool),
    ...confirmInVain(tool),
  ])
}

/** A list of tools among options, each of its own name. */
export function toolsOption(tool: z.ZodType): z.ZodType {
  return withIssues(z.array(tool, 'must be a list of tools'), repeatedNames)
}

function repeatedNames(tools: unknown): readonly Issue[] {
  if (!Array.isArray(tools)) return []
  const seen = new Set<string>()
  return tools.flatMap((tool: unknown, index) => {
    const { name } = (tool ?? {}) as { readonly name?: unknown }
    if (typeof name !== 'string' || name === '') return []
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    const message = `"${name}" is given twice: rename one of the tools, or leave it out`
    return [{ path: [index, 'name'], message }]
  })
}
