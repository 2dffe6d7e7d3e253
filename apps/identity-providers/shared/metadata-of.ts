import type { AuthorizationServer } from './authorization-server.js'

/** What the metadata of every stand-in has (OIDC Discovery §3); `further` adds to it or replaces. */
export function metadataOf(
  { origin, issuer, paths, sendsIss, grants }: AuthorizationServer,
  further: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: `${origin}${paths.authorize}`,
    token_endpoint: `${origin}${paths.token}`,
    jwks_uri: `${origin}${paths.keys}`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    grant_types_supported: ['authorization_code', 'refresh_token', ...grants.keys()],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    code_challenge_methods_supported: ['S256'],
    ...(sendsIss ? { authorization_response_iss_parameter_supported: true } : {}),
    ...further,
  }
}
