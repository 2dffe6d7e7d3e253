import { OnBehalfOfError } from '../../../src/failures/errors.js'
import type { ExchangedToken } from '../../../src/exchange/token-exchanger.js'
import { unionScopes } from '../../../src/scopes.js'

/** What an authorization server gives for several tools together. */
export interface FarthestExchange {
  readonly exchanged: ExchangedToken
  /** What was asked for, for this token. */
  readonly asked: readonly string[]
  /** What other tokens were given for. */
  readonly beside: readonly string[]
  /** What the authorization server refuses to give with anything else of one tool. */
  readonly refused: readonly string[]
}

/** Sets that are tried one by one: authorization servers limit how often tokens are exchanged. */
const MAX_TRIED = 10

/**
 * Exchanges for the scopes of all tools at once. Where the authorization server refuses that for its scopes, and does not narrow
 * them, tries the distinct sets of single tools, at most ten, as the server asks for them: gives the token of the largest that is granted.
 *
 * Rejects as `exchange` does, where nothing is granted.
 */
export async function exchangeAsFarAsGranted(
  sets: readonly (readonly string[])[],
  exchange: (scopes: readonly string[]) => Promise<ExchangedToken>,
): Promise<FarthestExchange> {
  const all = unionScopes(...sets)
  try {
    return { exchanged: await exchange(all), asked: all, beside: [], refused: [] }
  } catch (error) {
    const single = distinct(sets).slice(0, MAX_TRIED)
    if (!isScopeRefusal(error) || single.length < 2) throw error
    return exchangeOneByOne(single, exchange, error)
  }
}

async function exchangeOneByOne(
  sets: readonly (readonly string[])[],
  exchange: (scopes: readonly string[]) => Promise<ExchangedToken>,
  refusal: unknown,
): Promise<FarthestExchange> {
  let best: { readonly exchanged: ExchangedToken; readonly asked: readonly string[] } | undefined
  const granted: string[] = []
  const refused: string[] = []
  for (const asked of sets) {
    try {
      const exchanged = await exchange(asked)
      granted.push(...asked)
      if (best === undefined || asked.length > best.asked.length) best = { exchanged, asked }
    } catch (error) {
      if (!isScopeRefusal(error)) throw error
      refused.push(...asked)
    }
  }
  if (best === undefined) throw refusal
  const without = (scopes: readonly string[]): readonly string[] =>
    unionScopes(refused).filter((scope) => !scopes.includes(scope))
  return { ...best, beside: unionScopes(granted), refused: without(granted) }
}

function isScopeRefusal(error: unknown): boolean {
  return error instanceof OnBehalfOfError && error.code === 'downstream_scope_denied'
}

function distinct(sets: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const keyed = sets.map((scopes) => [scopes.toSorted().join(' '), scopes] as const)
  return [...new Map(keyed).values()].filter(({ length }) => length > 0)
}
