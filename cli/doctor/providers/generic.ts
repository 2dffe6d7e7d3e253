import type { DoctorProvider } from './doctor-provider.js'
import { GENERIC_WORDS } from './generic-words.js'

/** An authorization server that does what the specifications say. */
export const GENERIC: DoctorProvider = {
  words: GENERIC_WORDS,
  listsGrants: true,
  credentialsProbe: 'invented_code',
  clientErrors: ['invalid_client'],
  noToken: { errors: ['invalid_grant', 'invalid_token', 'invalid_request'], unauthorized: true },
  settings: () => [],
}
