import { missingScopes } from '../scopes.js'
import type { ToolRequirements } from './tool.js'

/** A tool that no exchange can serve, and why. */
export interface WithheldTool {
  readonly name: string
  /** What it needs at the API and may not ask for. */
  readonly missing: readonly string[]
}

export interface OfferedTools<T extends ToolRequirements> {
  readonly tools: readonly T[]
  readonly withheld: readonly WithheldTool[]
}

/**
 * Divides tools into those that have an alternative whose exchange stays within `ceiling` and those that could never get
 * a token: these are not offered, since every call of them would fail. Alternatives beyond the ceiling are left out.
 * `undefined`: no ceiling.
 */
export function offeredTools<T extends ToolRequirements>(
  tools: readonly T[],
  ceiling: readonly string[] | undefined,
): OfferedTools<T> {
  if (ceiling === undefined) return { tools, withheld: [] }
  const judged = tools.map((tool) => judge(tool, ceiling))
  return {
    tools: judged.flatMap((one) => ('tool' in one ? [one.tool] : [])),
    withheld: judged.flatMap((one) => ('missing' in one ? [one] : [])),
  }
}

function judge<T extends ToolRequirements>(
  tool: T,
  ceiling: readonly string[],
): { readonly tool: T } | WithheldTool {
  const { name, downstream, alternatives } = tool
  const beyond = missingScopes(downstream?.scopes ?? [], ceiling)
  if (beyond.length > 0) return { name, missing: beyond }
  if (alternatives === undefined) return { tool }
  const within = alternatives.filter(({ api }) => missingScopes(api, ceiling).length === 0)
  if (within.length > 0) return { tool: { ...tool, alternatives: within } }
  return { name, missing: missingScopes(alternatives[0]?.api ?? [], ceiling) }
}
