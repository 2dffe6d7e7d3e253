import type { FailureCode, OnBehalfOfError } from '../../src/failures/errors.js'
import type { ProviderWords } from './providers/provider-words.js'

/** What an operator does about a failed exchange, in the words of the identity provider. */
export function hintOf({ code, details }: OnBehalfOfError, words: ProviderWords): string {
  const known = details.log?.['hint']
  return typeof known === 'string' ? known : (BY_CODE[code]?.(words) ?? words.log)
}

const BY_CODE: Partial<Record<FailureCode, (words: ProviderWords) => string>> = {
  exchange_rejected: (words) =>
    `The authorization server gave something else than was asked for. ${words.tokenContents}`,
  reauthentication_required: (words) =>
    `The authorization server does not take the user's token. ${words.subjectToken} Else sign in again.`,
  exchange_unavailable: () =>
    "Try again; if it stays, check this machine's way to the token endpoint, EXCHANGE_TIMEOUT_MS, and the rate limits of the tenant (EXCHANGE_RATE_PER_SECOND).",
  delegation_refused: () => 'Check DELEGATION_MAX_DEPTH and DELEGATION_ALLOWED_ACTORS.',
  exchange_misconfigured: (words) => `Check the client and its key. ${words.exchange}`,
}
