/** What the doctor says of itself as a client (RFC 7591 §2): a native, public client that signs one person in. */
export function clientMetadata(redirectUri: string): Readonly<Record<string, unknown>> {
  return {
    client_name: 'mcp-on-behalf-of doctor',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }
}

/** The same as a client ID metadata document, whose address is the client's id. */
export function clientDocument(
  address: string,
  redirectUri: string,
): Readonly<Record<string, unknown>> {
  return { client_id: address, ...clientMetadata(redirectUri) }
}
