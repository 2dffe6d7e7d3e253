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
 * Divides tools into those whose exchange stays within `ceiling` and those that could never get a token: these are
 * not offered, since every call of them would fail. `undefined`: no ceiling.
 */
export function offeredTools<T extends ToolRequirements>(
  tools: readonly T[],
  ceiling: readonly string[] | undefined,
): OfferedTools<T> {
  const judged = tools.map((tool) => ({
    tool,
    missing: ceiling === undefined ? [] : missingScopes(tool.downstream?.scopes ?? [], ceiling),
  }))
  return {
    tools: judged.filter(({ missing }) => missing.length === 0).map(({ tool }) => tool),
    withheld: judged
      .filter(({ missing }) => missing.length > 0)
      .map(({ tool: { name }, missing }) => ({ name, missing })),
  }
}
