import type { ClientAuthentication } from '../../src/exchange/client-authentication.js'
import type { Deployment } from './deployment.js'
import { exchangeGrantOf } from './exchange-grant.js'
import type { IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import { printable } from '../printable.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, wrong, type Finding } from './finding.js'

/** What the metadata says of the token endpoint: whether it exchanges, and how clients prove themselves. */
export function checkTokenEndpoint(
  metadata: IssuerMetadata,
  deployment: Deployment,
  diagnosis: Diagnosis,
): void {
  const { clientAuthentication } = deployment.config.exchange
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
  for (const each of [
    checkGrant(metadata, deployment),
    checkMethod(metadata, clientAuthentication),
  ]) {
    diagnosis.tell({ ...each, issuer })
  }
}

function checkGrant(
  { grant_types_supported: grants }: IssuerMetadata,
  { config, provider: { words, listsGrants } }: Deployment,
): Finding {
  const check = 'token_endpoint.grant'
  if (!Array.isArray(grants)) {
    return notCheckable(check, 'The metadata does not list the grants that the server supports.')
  }
  const { grant, name } = exchangeGrantOf(config)
  if (grants.includes(grant)) return ok(check, `The token endpoint knows ${name}.`)
  const message = `The authorization server does not list ${name} among its grants.`
  return listsGrants
    ? wrong(
        check,
        message,
        `Enable the grant ${grant} at the authorization server. ${words.exchange}`,
      )
    : notCheckable(check, `${message} It does not list all of them.`)
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
