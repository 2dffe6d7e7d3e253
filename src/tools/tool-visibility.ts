import type { Caller } from '../identity/caller.js'
import { innerCallOf, type CalledTool } from './inner-call.js'
import type { ToolRegistry } from './registry.js'
import type { ToolListing } from './tool-listing.js'
import type { ToolRequirements } from './tool.js'

/** Which tools a caller may see, and call through another. */
export interface ToolVisibility<T extends ToolRequirements = ToolRequirements> {
  /** The tools to list for a caller, sorted by name. */
  visibleTo(caller: Caller): readonly T[]
  /** Whether the tool of this name is listed for a caller; false for a name that is no tool of ours. */
  isVisible(toolName: string, caller: Caller): boolean
  /** `isVisible` for one caller, who is looked at once. */
  visibilityFor(caller: Caller): (toolName: string) => boolean
  /**
   * The call that is meant by a call of a tool through which others are called. `undefined` for a call of any other tool, and where
   * it names no tool that may be called so or that the caller may see.
   */
  innerCall(call: CalledTool, caller: Caller): CalledTool | undefined
}

/** What is shown of tools, by their list. */
export function toolVisibility<T extends ToolRequirements>(
  registry: ToolRegistry<T>,
  listing: Pick<ToolListing<T>, 'visibleTo'>,
): ToolVisibility<T> {
  const callable = calledThrough(registry)
  const visibilityFor = (caller: Caller): ((toolName: string) => boolean) => {
    const isVisible = listing.visibleTo(caller)
    return (toolName) => {
      const tool = registry.find(toolName)
      return tool !== undefined && isVisible(tool)
    }
  }
  return {
    visibleTo: (caller) => registry.tools.filter(listing.visibleTo(caller)),
    isVisible: (toolName, caller) => visibilityFor(caller)(toolName),
    visibilityFor,
    innerCall: (call, caller) => {
      const names = callable.get(call.name)
      if (names === undefined) return undefined
      return innerCallOf(call, (name) => names.has(name) && visibilityFor(caller)(name))
    },
  }
}

/** The tools that are called through others, by the name of the other. */
function calledThrough({
  tools,
}: ToolRegistry<ToolRequirements>): ReadonlyMap<string, ReadonlySet<string>> {
  const calling = new Map(tools.map(({ name, callsTools }) => [name, callsTools] as const))
  return new Map(
    tools.flatMap(({ name, callsTools }) =>
      callsTools === undefined
        ? []
        : [[name, new Set(callsTools.filter((called) => calling.get(called) === undefined))]],
    ),
  )
}
