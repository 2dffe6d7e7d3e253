import type { ResourceServer } from '../../setup/objects/resource-server.js'
import { wrong, type CheckName, type Finding } from '../finding.js'

/** What the keys of a tenant can verify. */
const VERIFIABLE = new Set(['RS256', 'RS512', 'PS256'])

/** Whether the tokens of an API can be checked with the tenant's public keys. `so`: what follows if not. */
export function signatureFaults(
  check: CheckName,
  { identifier, signing_alg: algorithm, token_encryption: encryption }: ResourceServer,
  so: string,
): readonly Finding[] {
  return [
    ...(algorithm === undefined || VERIFIABLE.has(algorithm)
      ? []
      : [
          wrong(
            check,
            `signing_alg of ${identifier} is "${algorithm}": ${so}.`,
            'Set signing_alg to "RS256" (Dashboard, Applications, APIs, that API, Signing Algorithm), and see whether others rely on the old one.',
          ),
        ]),
    ...(encryption === undefined || encryption === null
      ? []
      : [
          wrong(
            check,
            `The access tokens of ${identifier} are encrypted (token_encryption): ${so}.`,
            'Remove token_encryption: Dashboard, Applications, APIs, that API, Token Encryption.',
          ),
        ]),
  ]
}
