import type { ToolRequirements } from '../tools/tool.js'
import {
  toolChanges,
  type RequiredTool,
  type RequiredTools,
  type ToolChanges,
} from './tool-changes.js'

/** Of tools that went away. Beyond it, those that went first are forgotten. */
const MAX_GONE = 5_000

/** What the tools of a server need, and what those needed that went away: for the life of the process. */
export class ToolHistory {
  #current: RequiredTools
  /** By their names; those that went last at the end. */
  readonly #gone = new Map<string, RequiredTool>()
  readonly #maxGone: number

  constructor(first: RequiredTools, maxGone = MAX_GONE) {
    this.#current = first
    this.#maxGone = maxGone
  }

  /** What would be different with other tools. */
  changesTo(next: RequiredTools): ToolChanges {
    return toolChanges(this.#current, next, [...this.#gone.values()])
  }

  /** Notes that the tools are others now. */
  replace(next: RequiredTools): void {
    for (const name of next.keys()) this.#gone.delete(name)
    for (const [name, { tool, ...requirement }] of this.#current) {
      if (next.has(name)) continue
      this.#gone.delete(name)
      this.#gone.set(name, { ...requirement, tool: requirementsOf(tool) })
    }
    for (const name of this.#gone.keys()) {
      if (this.#gone.size <= this.#maxGone) break
      this.#gone.delete(name)
    }
    this.#current = next
  }
}

/** Without the schema and the handler, which hold much memory. */
function requirementsOf(tool: ToolRequirements): ToolRequirements {
  const { name, requiredScopes, downstream, alternatives, confirm } = tool
  return { name, requiredScopes, downstream, alternatives, confirm }
}
