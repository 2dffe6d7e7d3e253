import { isDeepStrictEqual } from 'node:util'
import { alternativesOf } from '../tools/alternatives.js'
import { weakenings, type Requirement, type Weakening } from '../tools/requirement-strength.js'
import { toolDefinition } from '../tools/tool-definition.js'
import type { Tool } from '../tools/tool.js'
import type { OfferedTools } from './served-tools.js'

/** A requirement that is not provably as strong as it was. */
export interface WeakerTool {
  readonly tool: string
  /** Its name before, where that was another. */
  readonly before: string | undefined
  readonly weakenings: readonly Weakening[]
}

/** The scopes of a tool before and after, as a text: those of this server, and those of the API behind an arrow. */
export interface ScopeChange {
  readonly tool: string
  readonly before: string
  readonly after: string
}

/** What is different about the tools after a reload, by their names, sorted. */
export interface ToolChanges {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Of those whose definition, operation or requirement is another. */
  readonly changed: readonly string[]
  readonly scopes: readonly ScopeChange[]
  readonly weaker: readonly WeakerTool[]
}

/** Compares two sets of tools. An operation that comes back under another name is compared with what it was. Pure. */
export function toolChanges(
  before: OfferedTools,
  after: OfferedTools,
  publicTools: readonly string[] = [],
): ToolChanges {
  const old = requirementsOf(before, publicTools)
  const now = requirementsOf(after, publicTools)
  const byOperation = new Map(
    [...old.values()].flatMap((one) =>
      keyOf(one) === undefined ? [] : [[keyOf(one), one] as const],
    ),
  )
  const names = [...now.keys()].sort()
  const kept = names.flatMap((name) => {
    const [one, other] = [old.get(name), now.get(name)]
    return one === undefined || other === undefined ? [] : [[one, other] as const]
  })
  const renamed = names.flatMap((name) => {
    const other = now.get(name)
    const one = other === undefined || old.has(name) ? undefined : byOperation.get(keyOf(other))
    return one === undefined || other === undefined ? [] : [[one, other] as const]
  })
  return {
    added: names.filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)).sort(),
    changed: kept.filter(([one, other]) => !isSame(one, other)).map(([, { tool }]) => tool.name),
    scopes: [...kept, ...renamed].flatMap(([one, other]) => {
      const change = { before: scopesText(one.tool), after: scopesText(other.tool) }
      return change.before === change.after ? [] : [{ tool: other.tool.name, ...change }]
    }),
    weaker: [...kept, ...renamed].flatMap(([one, other]) => {
      const found = weakenings(one, other)
      const name = one.tool.name === other.tool.name ? undefined : one.tool.name
      return found.length === 0 ? [] : [{ tool: other.tool.name, before: name, weakenings: found }]
    }),
  }
}

/** Whether nothing is different. */
export function isUnchanged({ added, removed, changed }: ToolChanges): boolean {
  return added.length + removed.length + changed.length === 0
}

type RequiredTool = Requirement & { readonly tool: Tool }

function requirementsOf(
  { tools, toolOrigins = {} }: OfferedTools,
  publicTools: readonly string[],
): ReadonlyMap<string, RequiredTool> {
  return new Map(
    tools.map((tool) => {
      const isPublic = tool.public === true && publicTools.includes(tool.name)
      const { operation } = Object.hasOwn(toolOrigins, tool.name)
        ? (toolOrigins[tool.name] ?? {})
        : {}
      return [tool.name, { tool, isPublic, operation }]
    }),
  )
}

/** An operation of one API; `undefined` for a tool that stands for none. */
function keyOf({ tool, operation }: RequiredTool): string | undefined {
  return operation === undefined ? undefined : `${tool.downstream?.api ?? ''} ${operation}`
}

function isSame(one: RequiredTool, other: RequiredTool): boolean {
  if (one.tool === other.tool) return true
  return isDeepStrictEqual(comparedOf(one), comparedOf(other))
}

function comparedOf({ tool, isPublic, operation }: RequiredTool): unknown {
  const { requiredScopes, alternatives, downstream, callsTools, confirm, unlisted } = tool
  const requirement = { requiredScopes, alternatives, downstream, callsTools, confirm }
  return {
    definition: toolDefinition(tool, undefined),
    unlisted,
    isPublic,
    operation,
    ...requirement,
  }
}

function scopesText(tool: Tool): string {
  return alternativesOf(tool)
    .map(({ server, api }) => `${named(server)} -> ${named(api)}`)
    .join(' | ')
}

function named(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'none' : scopes.toSorted().join(' ')
}
