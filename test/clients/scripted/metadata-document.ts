import type { Behaviour } from './scripted-client.js'

export interface MetadataDocument {
  /** Its address, which is the id of the client. */
  readonly clientId: string
  /** The internet of the authorization server: it has this document, and nothing else. */
  readonly fetch: typeof fetch
}

/** The client id metadata document of a client that has one, at the address that its makers gave it. */
export function metadataDocument(
  name: string,
  { registers: address, redirectUris }: Pick<Behaviour, 'registers' | 'redirectUris'>,
): MetadataDocument | undefined {
  if (address === 'dynamic' || address === 'by_hand') return undefined
  const document = {
    client_id: address,
    client_name: name,
    redirect_uris: redirectUris,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  }
  return {
    clientId: address,
    fetch: (input) => {
      const { url } = new Request(input)
      const found = url === address
      return Promise.resolve(found ? Response.json(document) : new Response(null, { status: 404 }))
    },
  }
}
