import { decodeJwt } from 'jose'
import { systemClock, type Clock } from '../../src/time/clock.js'

export interface TokenSourceOptions {
  readonly obtain: () => Promise<string>
  /** How long before its end a token is replaced. */
  readonly marginMs: number
  readonly clock?: Clock
}

/** Returns the same token until shortly before it expires, then a new one; however many ask, one is fetched. */
export function createTokenSource({
  obtain,
  marginMs,
  clock = systemClock,
}: TokenSourceOptions): () => Promise<string> {
  let current: { readonly token: string; readonly goodUntilMs: number } | undefined
  let flight: Promise<string> | undefined
  const renew = async (): Promise<string> => {
    const token = await obtain()
    const { exp = 0 } = decodeJwt(token)
    current = { token, goodUntilMs: exp * 1_000 - marginMs }
    return token
  }
  return async () => {
    if (current !== undefined && clock() < current.goodUntilMs) return current.token
    flight ??= renew().finally(() => {
      flight = undefined
    })
    return flight
  }
}
