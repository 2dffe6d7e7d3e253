import type { Confirmation } from '../confirmation/confirmation.js'
import type { Logger } from '../logging/logger.js'
import type { ResolvedOptions } from '../on-behalf-of/defaults.js'
import { createToolAccess, type ToolAccess } from '../tools/access.js'
import { createToolRegistry, type ToolRegistry } from '../tools/registry.js'
import { requiredScopesOf } from '../tools/required-scopes.js'
import { createScopeNames, type ScopeNames } from '../tools/scope-names.js'
import { securitySchemesOf, type SecurityScheme } from '../tools/security-schemes.js'
import { toolDefinition, type ToolDefinition } from '../tools/tool-definition.js'
import type { ToolSet } from '../tools/tool-set.js'
import { isConfirmed, type Tool } from '../tools/tool.js'
import type { ToolCallOptions } from './call-tool.js'
import { toolFactsOf, type ToolOrigins } from './tool-facts.js'

/** The tools that a server offers, and what is said of them. */
export interface OfferedTools {
  readonly tools: readonly Tool[]
  /** What clients are told to ask for at sign-in. Default: the scopes of all tools. */
  readonly baselineScopes?: readonly string[] | undefined
  /** The headings below which the page shows tools, by the tools' names. Default: none. */
  readonly toolGroups?: Readonly<Record<string, string>> | undefined
  /** The operation and the document that tools come from, by the tools' names. Default: none. */
  readonly toolOrigins?: ToolOrigins | undefined
  /** What else changes with what a tool does, by the tools' names: a consent from before is none then. Default: nothing. */
  readonly toolVersions?: Readonly<Record<string, string>> | undefined
}

/** A set of tools with all that the MCP servers need of it. What clients are told of the tools is made once, with the set. */
export interface ServedTools extends ToolSet {
  readonly registry: ToolRegistry
  readonly access: ToolAccess<Tool>
  /** Of the tools that `tools/list` may have. */
  readonly listed: readonly ToolDefinition[]
  /** Writes scopes as clients have to ask for them. */
  readonly nameScopes: ScopeNames
  /** What every call of one of these tools needs. */
  readonly calls: ToolCallOptions
  readonly offered: OfferedTools
}

/** What holds for all sets of tools of one server. */
export interface ServedToolsOptions {
  readonly resolved: Pick<ResolvedOptions, 'access' | 'callerPolicy'>
  /** Whether `tools/list` says what each tool needs, in `_meta.securitySchemes`. */
  readonly securitySchemes: boolean
  readonly log: Logger
  readonly createReference: () => string
  /** Whether a policy decides about each call: it may have the user asked before any. */
  readonly hasPolicy: boolean
  /** What asks users, for a set in which some tool asks. */
  readonly confirmation: () => Confirmation
}

/** Makes a set of tools ready to be served. Throws a `TypeError` for a tool that cannot be listed. */
export function servedTools(offered: OfferedTools, options: ServedToolsOptions): ServedTools {
  const { resolved, log, createReference, hasPolicy } = options
  const registry = createToolRegistry(offered.tools)
  const access = createToolAccess(registry, resolved.access)
  const baselineScopes = offered.baselineScopes ?? requiredScopesOf(offered.tools)
  const nameScopes = scopesToAskFor(resolved, [...access.scopes, ...baselineScopes])
  const definitions = registry.tools.map((tool) =>
    toolDefinition(tool, options.securitySchemes ? schemesOf(tool, access, nameScopes) : undefined),
  )
  const unlisted = new Set(registry.tools.flatMap((tool) => (tool.unlisted ? [tool.name] : [])))
  const versions = new Map(Object.entries(offered.toolVersions ?? {}))
  const facts = toolFactsOf(definitions, offered.toolOrigins)
  return {
    ...{ registry, access, facts, baselineScopes, nameScopes, offered },
    listed: definitions.filter(({ name }) => !unlisted.has(name)),
    calls: {
      ...{ access, log, createReference, hasPolicy, nameScopes },
      confirmation:
        hasPolicy || registry.tools.some(isConfirmed) ? options.confirmation() : undefined,
      operationOf: (name) => facts(name)?.operation,
      versionOf: (name) => JSON.stringify([facts(name) ?? null, versions.get(name) ?? null]),
    },
  }
}

/** As clients have to ask for them; none where they are assigned to users, and cannot be asked for. */
function scopesToAskFor(
  { access, callerPolicy }: ServedToolsOptions['resolved'],
  own: readonly string[],
): ScopeNames {
  if (access.stepUpScopes === 'none') return () => []
  return createScopeNames({ prefix: callerPolicy.scopePrefix, own })
}

/** A public tool needs nothing, although somebody may be signed in. */
function schemesOf(
  tool: Tool,
  access: ToolAccess<Tool>,
  nameScopes: ScopeNames,
): readonly SecurityScheme[] {
  return access.isPublic(tool.name) ? [{ type: 'noauth' }] : securitySchemesOf(tool, nameScopes)
}
