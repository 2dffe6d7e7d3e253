import { z } from 'zod'
import { optionsSchema, refuseMisspelt } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { isScopeToken } from '../scopes.js'
import type { DownstreamRequirement, Tool } from './tool.js'

/** A list of scopes among options. */
export const SCOPES_OPTION = z.array(
  z
    .string('must be a scope')
    .refine(isScopeToken, 'must be one scope, without spaces, quotes or backslashes'),
  'must be a list of scopes',
)

const NAME = optionValues.text('the name of the tool')

function downstreamSchema(scopes: z.ZodType) {
  return optionsSchema<DownstreamRequirement>(
    { api: optionValues.text('the name of an API'), scopes, stepUp: scopes.optional() },
    'member',
  )
}

const SCHEMA = optionValues.withFunctions('a zod object, such as z.object({})', 'safeParseAsync')

/** A tool of the standalone server. It has no member that nobody reads. */
export const TOOL_SCHEMA = optionsSchema<Tool>(
  {
    name: NAME,
    title: z.string('must be a text'),
    description: z.string('must be a text'),
    inputSchema: SCHEMA,
    outputSchema: SCHEMA,
    requiredScopes: SCOPES_OPTION,
    downstream: downstreamSchema(SCOPES_OPTION).optional(),
    annotations: z.looseObject({}, 'must be an object').optional(),
    toText: optionValues.callable,
    handler: optionValues.callable,
  },
  'member',
)

/**
 * A tool of any MCP server, as far as the middleware has to know it. It may have members of its own, but for those that
 * look like a misspelt one of ours.
 */
export function requirementsSchema(
  scopes: z.ZodType = SCOPES_OPTION,
  known: readonly string[] = [],
): z.ZodType {
  const shape = {
    name: NAME,
    requiredScopes: scopes,
    downstream: downstreamSchema(scopes).optional(),
  }
  const schema = z.looseObject(shape, 'must be a tool, such as { name, requiredScopes: [] }')
  return refuseMisspelt(schema, [...Object.keys(shape), ...known])
}
