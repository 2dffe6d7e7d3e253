import { isDeepStrictEqual } from 'node:util'
import { alternativesOf } from '../tools/alternatives.js'
import {
  unfixed,
  weakenings,
  type Requirement,
  type Weakening,
} from '../tools/requirement-strength.js'
import { toolDefinition } from '../tools/tool-definition.js'
import type { Tool, ToolRequirements } from '../tools/tool.js'
import type { DocumentTools } from './document-tools.js'
import type { OfferedTools } from './served-tools.js'

/** A requirement that is not provably as strong as it was. */
export interface WeakerTool {
  readonly tool: string
  /** Its name before, where that was another. */
  readonly before: string | undefined
  readonly weakenings: readonly Weakening[]
  /** The names of arguments whose fixed value is gone, or another. */
  readonly unfixed: readonly string[]
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
  /** What each of those needs, as the texts of a `ScopeChange`. */
  readonly addedScopes: readonly Pick<ScopeChange, 'tool' | 'after'>[]
  readonly removed: readonly string[]
  /** Of those whose definition, operation, requirement or fixed values are others. */
  readonly changed: readonly string[]
  readonly scopes: readonly ScopeChange[]
  readonly weaker: readonly WeakerTool[]
}

/**
 * Compares two sets of tools. An operation that comes back under another name is compared with what it was, and a tool that
 * comes back later with what it was when it went: `gone`. Pure.
 */
export function toolChanges(
  old: RequiredTools,
  now: RequiredTools,
  gone: readonly RequiredTool[] = [],
): ToolChanges {
  const before = new Map([...byOperation(gone), ...byOperation([...old.values()])])
  const byKey = (key: string | undefined) => (key === undefined ? undefined : before.get(key))
  const goneByName = new Map(gone.map((one) => [one.tool.name, one]))
  const names = [...now.keys()].sort()
  const pairs = <Former>(former: (name: string, other: RequiredTool) => Former | undefined) =>
    names.flatMap((name) => {
      const other = now.get(name)
      const one = other && former(name, other)
      return one === undefined || other === undefined ? [] : [[one, other] as const]
    })
  const kept = pairs((name) => old.get(name))
  const others = pairs((name, other) =>
    old.has(name) ? undefined : (byKey(keyOf(other)) ?? goneByName.get(name)),
  )
  const added = names.filter((name) => !old.has(name))
  return {
    added,
    addedScopes: added.flatMap((name) => {
      const one = now.get(name)
      return one === undefined ? [] : [{ tool: name, after: scopesText(one.tool) }]
    }),
    removed: [...old.keys()].filter((name) => !now.has(name)).sort(),
    changed: kept.filter(([one, other]) => !isSame(one, other)).map(([, { tool }]) => tool.name),
    scopes: [...kept, ...others].flatMap(([one, other]) => {
      const change = { before: scopesText(one.tool), after: scopesText(other.tool) }
      return change.before === change.after ? [] : [{ tool: other.tool.name, ...change }]
    }),
    weaker: [...kept, ...others].flatMap(([one, other]) => weakerTool(one, other)),
  }
}

function weakerTool(one: RequiredTool, other: RequiredTool): readonly WeakerTool[] {
  const found = weakenings(one, other)
  if (found.length === 0) return []
  const before = one.tool.name === other.tool.name ? undefined : one.tool.name
  return [{ tool: other.tool.name, before, weakenings: found, unfixed: unfixed(one, other) }]
}

/** Whether nothing is different. */
export function isUnchanged({ added, removed, changed }: ToolChanges): boolean {
  return added.length + removed.length + changed.length === 0
}

/** A tool with what its calls need. */
export type RequiredTool = Requirement & { readonly tool: ToolRequirements }

/** By their names. */
export type RequiredTools = ReadonlyMap<string, RequiredTool & { readonly tool: Tool }>

/** What the calls of tools need, as the documents and the policy of access say. */
export function requiredTools(
  { tools, toolOrigins = {} }: OfferedTools,
  documents: readonly Pick<DocumentTools, 'fixedValues'>[],
  publicTools: readonly string[],
): RequiredTools {
  const origins = new Map(Object.entries(toolOrigins))
  const fixedValues = new Map(documents.flatMap((one) => Object.entries(one.fixedValues)))
  return new Map(
    tools.map((tool) => {
      const isPublic = tool.public === true && publicTools.includes(tool.name)
      const operation = origins.get(tool.name)?.operation
      return [tool.name, { tool, isPublic, operation, fixed: fixedValues.get(tool.name) }]
    }),
  )
}

function byOperation(tools: readonly RequiredTool[]): readonly (readonly [string, RequiredTool])[] {
  return tools.flatMap((one) => {
    const key = keyOf(one)
    return key === undefined ? [] : [[key, one] as const]
  })
}

/** An operation of one API; `undefined` for a tool that stands for none. */
function keyOf({ tool, operation }: RequiredTool): string | undefined {
  return operation === undefined ? undefined : `${tool.downstream?.api ?? ''} ${operation}`
}

type FullTool = RequiredTool & { readonly tool: Tool }

function isSame(one: FullTool, other: FullTool): boolean {
  const isUntouched = one.tool === other.tool && one.fixed === other.fixed
  return isUntouched || isDeepStrictEqual(comparedOf(one), comparedOf(other))
}

function comparedOf({ tool, isPublic, operation, fixed }: FullTool): unknown {
  const { requiredScopes, alternatives, downstream, callsTools, confirm, unlisted } = tool
  const requirement = { requiredScopes, alternatives, downstream, callsTools, confirm }
  return {
    definition: toolDefinition(tool, undefined),
    ...{ unlisted, isPublic, operation, fixed },
    ...requirement,
  }
}

function scopesText(tool: ToolRequirements): string {
  return alternativesOf(tool)
    .map(({ server, api }) => `${named(server)} -> ${named(api)}`)
    .join(' | ')
}

function named(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'none' : scopes.toSorted().join(' ')
}
