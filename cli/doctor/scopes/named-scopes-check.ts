import type { IssuerMetadata } from '../../../src/identity/issuer-metadata.js'
import { apisOf, type Deployment } from '../deployment.js'
import type { Diagnosis } from '../diagnosis.js'
import { warning } from '../finding.js'
import { neededByTools, toolsNeeding, type ScopePlace } from './needed-by-tools.js'
import type { ScopeComparison } from './scope-comparison.js'

/**
 * Compares the scopes that tools of documents need with those that the authorization servers name (`scopes_supported`, RFC 8414
 * §2).
 *
 * Warns where they name some of a place and not all. A server need not name its scopes: one that names none of a place says
 * nothing about them.
 */
export function checkNamedScopes(
  documents: readonly (IssuerMetadata | undefined)[],
  { config, tools, provider }: Deployment,
  {
    diagnosis,
    comparison,
  }: { readonly diagnosis: Diagnosis; readonly comparison: ScopeComparison },
): void {
  if (!apisOf(config).some(({ openapi }) => openapi !== undefined)) return
  const named = documents.flatMap((metadata) => namedIn(metadata))
  const places: readonly (readonly [ScopePlace, where: string])[] = [
    [{ at: 'server' }, 'this server'],
    ...apisOf(config).map(({ name, told }) => {
      const where = told === undefined ? 'the API' : `the API ${told}`
      return [{ at: 'api' as const, api: name }, where] as const
    }),
  ]
  for (const [place, where] of places) {
    const needed = neededByTools(tools, place)
    const lacking = needed.map(({ scope }) => scope).filter((scope) => !named.includes(scope))
    if (lacking.length === needed.length) continue
    comparison.saw(place, { defined: named })
    if (lacking.length === 0) continue
    diagnosis.tell(
      warning(
        'issuer.scopes',
        `The authorization server names other scopes that the tools need at ${where}, but not ${lacking.join(' ')} (${toolsNeeding(needed, lacking)}).`,
        `Define ${lacking.join(' ')} there and let the clients have it, or leave those operations out (OPENAPI_OPERATIONS, OPENAPI_CURATION). ${provider.words.api}`,
      ),
    )
  }
}

function namedIn(metadata: IssuerMetadata | undefined): readonly string[] {
  const scopes = metadata?.['scopes_supported']
  return Array.isArray(scopes) ? scopes.filter((one) => typeof one === 'string') : []
}
