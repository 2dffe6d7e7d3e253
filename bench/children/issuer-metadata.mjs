export const TOKEN_EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The metadata of an authorization server for measurements and suites: keys at `jwks`, tokens at `oauth/token`. */
export function issuerMetadata(issuer) {
  return {
    issuer,
    jwks_uri: `${issuer}jwks`,
    token_endpoint: `${issuer}oauth/token`,
    authorization_endpoint: `${issuer}authorize`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    grant_types_supported: [TOKEN_EXCHANGE_GRANT],
  }
}
