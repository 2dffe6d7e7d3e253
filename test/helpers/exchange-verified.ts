import type { JSONWebKeySet } from 'jose'
import type { ExchangedToken } from '../../src/exchange/token-exchanger.js'
import {
  verifyExchangedToken,
  type ExchangedTokenExpectations,
} from '../../src/exchange/verify-exchanged-token.js'
import type { Issuer } from '../../src/identity/issuer-keys.js'
import { failureOf } from '../unit/outcomes.js'
import {
  exchangedOf,
  ISSUER,
  NOW_SECONDS,
  requestOf,
  type RequestChanges,
} from './exchange-requests.js'
import { signed } from './exchange-signed.js'
import type { SigningKey } from './test-issuer.js'

/** One answer to an exchange: a good one but for these changes. */
export interface AnswerChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly answer?: Partial<Omit<ExchangedToken, 'token'>>
  readonly request?: RequestChanges
  readonly expectations?: Partial<ExchangedTokenExpectations>
}

/** An issuer with these keys and nothing else. */
export function issuerWith(keys: () => Promise<JSONWebKeySet>, issuer = ISSUER): Issuer {
  return { issuer, metadata: () => Promise.reject(new Error('not asked for')), keys }
}

export function expecting(
  key: SigningKey,
  changes: Partial<ExchangedTokenExpectations> = {},
): ExchangedTokenExpectations {
  const issuer = issuerWith(() => Promise.resolve({ keys: [key.jwk] }))
  return {
    issuerOf: (name) => (name === ISSUER ? issuer : undefined),
    clientId: 'mcp-server',
    tokenAudience: 'https://mcp.example/mcp',
    clock: () => NOW_SECONDS * 1_000,
    ...changes,
  }
}

/** Has an answer checked whose token is signed with `key`. */
export async function verifiedWith(
  key: SigningKey,
  given: AnswerChanges = {},
): Promise<ExchangedToken> {
  const token = await signed(key, given)
  return verifyExchangedToken(
    exchangedOf(token, given.answer),
    requestOf(given.request),
    expecting(key, given.expectations),
  )
}

/** Code and reason of the refusal of such an answer. */
export async function refusalWith(
  key: SigningKey,
  given: AnswerChanges,
): Promise<readonly [string, string | undefined]> {
  const { code, details } = await failureOf(verifiedWith(key, given))
  return [code, details.reason]
}
