/** The `components` of a document with one security scheme, `OAuth2`, that lists these scopes with their descriptions. */
export function oauth2Components(
  scopes: Readonly<Record<string, string>>,
  tokenUrl = 'https://issuer.example/token',
) {
  const flows = { clientCredentials: { tokenUrl, scopes } }
  return { securitySchemes: { OAuth2: { type: 'oauth2', flows } } }
}
