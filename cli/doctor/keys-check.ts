import { counted } from '../../src/config/counted.js'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import { RemoteDocumentError } from '../../src/http/fetch-json.js'
import type { Issuer } from '../../src/identity/issuer-keys.js'
import { algorithmsOf } from '../../src/identity/signing-algorithms.js'
import { printable } from '../printable.js'
import type { Deployment } from './deployment.js'
import { visitText } from './document-visits.js'
import { ok, wrong, type Observation } from './finding.js'

const CHECK = 'issuer.keys'

/** The public keys of one authorization server: whether they can be had, and for which algorithms they are. */
export async function checkKeys(issuer: Issuer, deployment: Deployment): Promise<Observation> {
  try {
    const { keys } = await issuer.keys(undefined)
    const algorithms = [...new Set(keys.flatMap(algorithmsOf))].join(', ')
    return ok(CHECK, `${counted(keys.length, 'key')} for ${algorithms}.`)
  } catch (error) {
    return keysFault(error, deployment)
  }
}

function keysFault(error: unknown, { visits }: Deployment): Observation {
  const cause = error instanceof OnBehalfOfError ? error.cause : error
  if (!(cause instanceof RemoteDocumentError)) throw error
  const url = printable(cause.url)
  const visit = visits.findLast((one) => one.url === cause.url)
  const met = visit === undefined ? `${url} cannot be had` : visitText(visit)
  switch (cause.reason) {
    case 'unreachable':
    case 'timed_out':
      return {
        ...wrong(
          CHECK,
          `The public keys cannot be had: ${met}.`,
          `Check the jwks_uri of the metadata from this machine. ${visit?.fault?.hint ?? ''}`.trim(),
        ),
        networkCause: visit?.fault?.cause,
      }
    case 'unexpected_status':
    case 'not_json':
    case 'too_large':
      return wrong(
        CHECK,
        `The public keys cannot be had: ${met} (${cause.reason}).`,
        'Open the jwks_uri of the metadata from this machine: it has to answer 200 with a JSON key set, without a redirect. JWKS_URL names another address.',
      )
    case 'invalid':
      return wrong(
        CHECK,
        `${url} holds no key that could verify a token: ${cause.why ?? 'none'}.`,
        'Have the authorization server publish its public signature keys there as a JSON key set (RFC 7517): RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519, without private members.',
      )
  }
}
