import type { ClientAuthentication } from '../../src/exchange/client-authentication.js'
import type { IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import { printable } from '../printable.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, wrong, type Finding } from './finding.js'

export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** What the metadata says of the token endpoint: whether it exchanges, and how clients prove themselves. */
export function checkTokenEndpoint(
  metadata: IssuerMetadata,
  authentication: ClientAuthentication,
  diagnosis: Diagnosis,
): void {
  const { issuer, token_endpoint: endpoint } = metadata
  const finding =
    endpoint === undefined
      ? wrong(
          'token_endpoint',
          'The metadata names no token endpoint.',
          'Point ISSUER_BASE_URL at an authorization server that issues tokens.',
        )
      : ok('token_endpoint', `The metadata names the token endpoint ${printable(endpoint)}.`)
  diagnosis.tell({ ...finding, issuer })
  if (endpoint === undefined) return
  for (const each of [checkGrant(metadata), checkMethod(metadata, authentication)]) {
    diagnosis.tell({ ...each, issuer })
  }
}

function checkGrant({ grant_types_supported: grants }: IssuerMetadata): Finding {
  const check = 'token_endpoint.grant'
  if (!Array.isArray(grants)) {
    return notCheckable(check, 'The metadata does not list the grants that the server supports.')
  }
  return grants.includes(TOKEN_EXCHANGE_GRANT)
    ? ok(check, 'The token endpoint exchanges tokens (RFC 8693).')
    : wrong(
        check,
        'The authorization server does not list token exchange (RFC 8693) among its grants.',
        `Enable the grant ${TOKEN_EXCHANGE_GRANT} at the authorization server.`,
      )
}

function checkMethod(metadata: IssuerMetadata, authentication: ClientAuthentication): Finding {
  const check = 'token_endpoint.client_authentication'
  const supported: unknown = metadata['token_endpoint_auth_methods_supported']
  const ours =
    authentication.method === undefined
      ? ['client_secret_post', 'client_secret_basic']
      : authentication.method === 'tls_client_auth'
        ? ['tls_client_auth', 'self_signed_tls_client_auth']
        : [authentication.method]
  if (!Array.isArray(supported)) {
    return notCheckable(check, 'The metadata does not list how clients may authenticate.')
  }
  return ours.some((method) => supported.includes(method))
    ? ok(check, 'The server takes the way in which our client proves itself.')
    : wrong(
        check,
        `The server does not list ${ours.join(' or ')}, only ${printable(supported.join(' '))}.`,
        'Set MCP_AUTH0_CLIENT_AUTHENTICATION to one of those, with the credentials for it.',
      )
}
