import { z } from 'zod'
import { assertOptions } from '../options/assert-options.js'
import type { Tool, ToolRequirements } from './tool.js'
import { requirementsSchema, toolsOption } from './tool-schema.js'

/** The tools of a server, by name, in the order in which clients list them. */
export interface ToolRegistry<T extends ToolRequirements = Tool> {
  readonly tools: readonly T[]
  /** The tool of exactly this name. */
  find(name: string): T | undefined
}

const OPTIONS = z.strictObject({ tools: toolsOption(requirementsSchema(['handler'])) })

/**
 * Creates a registry, sorted by name so that every listing is the same.
 *
 * Throws a `TypeError` that names every issue of the tools, such as a name given twice, or a scope that is no scope token
 * (RFC 6749 §3.3).
 *
 * @category Tools and sessions
 */
export function createToolRegistry<T extends ToolRequirements>(
  tools: readonly T[],
): ToolRegistry<T> {
  assertOptions('createToolRegistry', OPTIONS, { tools })
  const byName = new Map(tools.map((tool) => [tool.name, tool]))
  const sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    tools: sorted,
    find: (name) => byName.get(name),
  }
}
