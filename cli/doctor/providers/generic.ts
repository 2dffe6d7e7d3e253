import { hintFor } from '../../../src/exchange/exchange-failure.js'
import type { DoctorProvider } from './doctor-provider.js'
import { GENERIC_WORDS } from './generic-words.js'

/** What these mean does not depend on the authorization server. */
const OF_THE_REQUEST = new Set(['invalid_target', 'invalid_resource', 'unsupported_token_type'])

/** An authorization server that does what the specifications say. */
export const GENERIC: DoctorProvider = {
  words: GENERIC_WORDS,
  listsGrants: true,
  credentialsProbe: 'invented_code',
  clientErrors: ['invalid_client'],
  noToken: { errors: ['invalid_grant', 'invalid_token', 'invalid_request'], unauthorized: true },
  refusedExchange: (error) =>
    error !== undefined && OF_THE_REQUEST.has(error)
      ? hintFor('exchange_misconfigured', error)
      : undefined,
  settings: () => [],
}
