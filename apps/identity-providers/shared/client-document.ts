import {
  fetchLoopbackDocument,
  isLoopbackDocument,
} from '../../authorization-server/loopback-client-documents.js'
import type { ClientLookup } from './client-lookup.js'
import { OAuthRefusal } from './oauth-refusal.js'

/**
 * Creates the lookup of clients whose id is the address of their metadata document. Stand-ins have no way out: documents on
 * this machine count, and no others.
 */
export function createDocumentLookup(fetchDocument: typeof fetch = fetch): ClientLookup {
  return async function findByDocument(clientId) {
    if (!isLoopbackDocument(clientId)) return undefined
    const document = await fetchLoopbackDocument(clientId, fetchDocument).catch(
      (cause: unknown) => {
        throw new OAuthRefusal({
          error: 'invalid_client',
          description: cause instanceof Error ? cause.message : 'unusable metadata document',
          reason: 'client_unknown',
        })
      },
    )
    const { client_name: name, redirect_uris: redirectUris } = document
    return {
      clientId,
      name: typeof name === 'string' ? name : clientId,
      redirectUris: Array.isArray(redirectUris)
        ? redirectUris.filter((uri): uri is string => typeof uri === 'string')
        : [],
    }
  }
}
