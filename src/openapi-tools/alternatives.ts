import type { OpenApiOperation } from '../openapi/operation.js'
import { shown, shownList } from '../openapi/shown.js'
import { unionScopes } from '../scopes.js'
import type { ToolAlternative } from '../tools/tool.js'
import type { OpenApiToolsFault } from './openapi-tools.js'
import type { ServerScopes } from './options.js'
import { unlockedOperations, type UnlockedOperations } from './unlocked-operations.js'

/** How scopes of the API become scopes of this server. */
export interface ScopeMapping {
  readonly serverScopes: ServerScopes
  /** What somebody has written down for an operation. */
  readonly given: (operation: OpenApiOperation) => readonly string[] | undefined
  /** How messages name the mapping. */
  readonly called: string
}

/** What operations need, at both hops. */
export interface OperationAlternatives {
  /** Never empty; the first is what a caller who covers none is sent to ask for. */
  readonly of: (operation: OpenApiOperation) => readonly ToolAlternative[]
  readonly faults: readonly OpenApiToolsFault[]
}

const READS = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'])

/**
 * Says what each operation needs: scopes of this server, and those of the API that the exchange asks for.
 *
 * The alternative whose scopes of the API unlock the fewest of the operations comes first, then the one with the fewest
 * scopes, then the document's order. Where the API may be called without its scopes, that comes last.
 */
export function operationAlternatives(
  operations: readonly OpenApiOperation[],
  mapping: ScopeMapping,
): OperationAlternatives {
  const unlocked = unlockedOperations(operations)
  const faults: OpenApiToolsFault[] = []
  const unmapped = new Map<string, OpenApiOperation[]>()
  const byOperation = new Map(
    operations.map((operation) => {
      const alternatives = orderedSets(operation, unlocked).map((api): ToolAlternative => {
        const { server, missing } = serverScopesOf(api, operation, mapping)
        for (const scope of missing) {
          const wanting = unmapped.get(scope)
          if (wanting === undefined) unmapped.set(scope, [operation])
          else wanting.push(operation)
        }
        return { server, api }
      })
      const open = operation.security.optional ? [{ server: [], api: [] }] : []
      return [operation, distinct([...alternatives, ...open])]
    }),
  )
  for (const [scope, wanting] of unmapped) faults.push(unmappedFault(scope, wanting, mapping))
  return { of: (operation) => byOperation.get(operation) ?? [{ server: [], api: [] }], faults }
}

function orderedSets(
  { security }: OpenApiOperation,
  unlocked: UnlockedOperations,
): readonly (readonly string[])[] {
  const sets = security.alternatives.map(({ api }) => api)
  if (sets.length === 1) return sets
  return sets
    .map((api, index) => ({ api, index, count: unlocked(api) }))
    .sort((a, b) => a.count - b.count || a.api.length - b.api.length || a.index - b.index)
    .map(({ api }) => api)
}

function serverScopesOf(
  api: readonly string[],
  operation: OpenApiOperation,
  { serverScopes, given }: ScopeMapping,
): { readonly server: readonly string[]; readonly missing: readonly string[] } {
  const written = given(operation)
  if (written !== undefined) return { server: unionScopes(written), missing: [] }
  if (serverScopes === 'same') return { server: api, missing: [] }
  if (serverScopes === 'none') return { server: [], missing: [] }
  if ('prefix' in serverScopes) {
    return { server: api.map((scope) => `${serverScopes.prefix}${scope}`), missing: [] }
  }
  if ('byMethod' in serverScopes) {
    const { read, write } = serverScopes.byMethod
    const byMethod = READS.has(operation.method) ? read : write
    return { server: operation.security.public ? [] : unionScopes(byMethod), missing: [] }
  }
  const { pairs } = serverScopes
  const missing = api.filter((scope) => !Object.hasOwn(pairs, scope))
  return { server: unionScopes(...api.map((scope) => ownPair(pairs, scope))), missing }
}

function ownPair(
  pairs: Readonly<Record<string, readonly string[]>>,
  scope: string,
): readonly string[] {
  return Object.hasOwn(pairs, scope) ? (pairs[scope] ?? []) : []
}

/** Two alternatives with the same scopes at both hops are one; the first stays. */
function distinct(alternatives: readonly ToolAlternative[]): readonly ToolAlternative[] {
  const byScopes = new Map<string, ToolAlternative>()
  for (const alternative of alternatives) {
    const key = JSON.stringify([[...alternative.server].sort(), [...alternative.api].sort()])
    if (!byScopes.has(key)) byScopes.set(key, alternative)
  }
  return [...byScopes.values()]
}

function unmappedFault(
  scope: string,
  operations: readonly OpenApiOperation[],
  { called }: ScopeMapping,
): OpenApiToolsFault {
  const [first] = operations
  const names = shownList(
    operations.map(({ method, path }) => `${method} ${path}`),
    3,
  )
  return {
    code: 'server_scopes',
    severity: 'fault',
    pointer: first?.pointer ?? '#',
    line: first?.line,
    message: `${called} has no scope of this server for ${shown(scope)}, which is needed by ${names}`,
    cure: `Add ${shown(scope)} with the scopes of this server that stand for it`,
  }
}
