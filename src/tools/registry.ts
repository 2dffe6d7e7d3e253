import { z } from 'zod'
import { assertOptions } from '../options/assert-options.js'
import { OnBehalfOfError, type FailureReason } from '../failures/errors.js'
import { isScopeToken } from '../scopes.js'
import type { Tool, ToolRequirements } from './tool.js'
import { requirementsSchema } from './tool-schema.js'

/** The tools of a server, by name, in the order in which clients list them. */
export interface ToolRegistry<T extends ToolRequirements = Tool> {
  readonly tools: readonly T[]
  /** The tool of exactly this name. */
  find(name: string): T | undefined
}

/** Which text is a scope is checked below, with the name of its tool. */
const SCOPES = z.array(z.string('must be a scope'), 'must be a list of scopes')

const OPTIONS = z.strictObject({
  tools: z.array(requirementsSchema(SCOPES, ['handler']), 'must be a list of tools'),
})

/**
 * Creates a registry, sorted by name so that every listing is the same.
 *
 * Throws `misconfigured` for a name given twice and for a scope that is no scope token (RFC 6749 §3.3).
 *
 * @category Tools and sessions
 */
export function createToolRegistry<T extends ToolRequirements>(
  tools: readonly T[],
): ToolRegistry<T> {
  assertOptions('createToolRegistry', OPTIONS, { tools })
  const byName = new Map<string, T>()
  for (const tool of tools) {
    if (byName.has(tool.name)) throw failure('duplicate_tool', { tool: tool.name })
    const scopes = [...tool.requiredScopes, ...(tool.downstream?.scopes ?? [])]
    const bad = scopes.find((scope) => !isScopeToken(scope))
    if (bad !== undefined) throw failure('invalid_scope_token', { tool: tool.name, scope: bad })
    byName.set(tool.name, tool)
  }
  const sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    tools: sorted,
    find: (name) => byName.get(name),
  }
}

function failure(reason: FailureReason<'tools'>, log: Record<string, unknown>): OnBehalfOfError {
  return new OnBehalfOfError('misconfigured', { reason, log })
}
