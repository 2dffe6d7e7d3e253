import type { OpenApiReport } from '../../src/openapi-tools/openapi-tools.js'
import { unionScopes } from '../../src/scopes.js'

/** A scope that the authorization server has to know. */
export interface NeededScope {
  readonly name: string
  /** What the document says of it; empty: nothing. */
  readonly description: string
  /** How many tools need it. */
  readonly tools: number
}

/** What must exist at the authorization server for the tools of a document; sorted by name. */
export interface NeededScopes {
  /** Of this server's API. */
  readonly server: readonly NeededScope[]
  /** Of the protected API. */
  readonly api: readonly NeededScope[]
}

/** The scopes of both APIs that the tools of a document need, with the descriptions of its security schemes. */
export function neededScopes({ document, tools }: OpenApiReport): NeededScopes {
  const descriptions = new Map(document.scopes.map(({ name, description }) => [name, description]))
  const alternatives = tools.flatMap((tool) => tool.alternatives)
  // What a person who consents at this server reads is what happens at the API.
  const meaning = (scope: string): string => {
    const behind = alternatives.find((one) => one.server.includes(scope))?.api ?? []
    return (
      descriptions.get(scope) ?? behind.flatMap((one) => descriptions.get(one) ?? []).join('; ')
    )
  }
  const needed = (hop: 'server' | 'api', describe: (scope: string) => string) =>
    unionScopes(...alternatives.map((one) => one[hop]))
      .toSorted()
      .map((name) => ({
        name,
        description: describe(name),
        tools: tools.filter((tool) => tool.alternatives.some((one) => one[hop].includes(name)))
          .length,
      }))
  return {
    server: needed('server', meaning),
    api: needed('api', (scope) => descriptions.get(scope) ?? ''),
  }
}
