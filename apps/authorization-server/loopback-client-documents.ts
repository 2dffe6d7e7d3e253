import { type AdapterPayload, errors } from 'oidc-provider'

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]'])
const MAX_DOCUMENT_BYTES = 64 * 1024
const TIMEOUT_MS = 2500

/** Tells whether a client id is the address of a metadata document on this machine. */
export function isLoopbackDocument(clientId: string): boolean {
  if (!/^https?:\/\//i.test(clientId) || !URL.canParse(clientId)) return false
  const { protocol, hostname, hash, username, password } = new URL(clientId)
  return (
    protocol === 'http:' &&
    LOOPBACK_HOSTS.has(hostname) &&
    hash === '' &&
    username === '' &&
    password === ''
  )
}

/**
 * Fetches a client id metadata document over plain http from this machine.
 *
 * The library insists on https and refuses loopback addresses, rightly so in production; someone who
 * writes an MCP client has their document on localhost. The rules of the draft are the same
 * otherwise: the document names its own address, and there is no shared secret. Redirects are not
 * followed. Nothing is kept, so an edit shows at once.
 *
 * Throws `errors.InvalidClient` when the document cannot be fetched.
 * Throws `errors.InvalidClientMetadata` when it breaks the rules.
 */
export async function fetchLoopbackDocument(
  clientId: string,
  fetchDocument: typeof fetch,
): Promise<AdapterPayload> {
  const document = await download(clientId, fetchDocument)
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new errors.InvalidClientMetadata('the client id metadata document is not a JSON object')
  }
  const metadata = new Map<string, unknown>(Object.entries(document))
  if (metadata.get('client_id') !== clientId) {
    throw new errors.InvalidClientMetadata(
      `client_id in the client id metadata document must be its own address, ${clientId}`,
    )
  }
  const method = metadata.get('token_endpoint_auth_method') ?? 'none'
  if (method !== 'none' && method !== 'private_key_jwt') {
    throw new errors.InvalidClientMetadata(
      'token_endpoint_auth_method in a client id metadata document must be none or private_key_jwt',
    )
  }
  if (metadata.has('client_secret')) {
    throw new errors.InvalidClientMetadata(
      'a client id metadata document must not have a client_secret',
    )
  }
  return { ...document, client_id: clientId, token_endpoint_auth_method: method }
}

async function download(address: string, fetchDocument: typeof fetch): Promise<unknown> {
  try {
    const response = await fetchDocument(address, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (response.status !== 200) throw new Error(`unexpected status ${response.status}`)
    const text = await response.text()
    if (text.length > MAX_DOCUMENT_BYTES) throw new Error('the document is too large')
    const document: unknown = JSON.parse(text)
    return document
  } catch (cause) {
    throw new errors.InvalidClient(`no client id metadata document at ${address}`, { cause })
  }
}
