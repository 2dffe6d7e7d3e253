import { isLoopback } from '../../../src/http/is-loopback.js'

/** A client that a stand-in knows. */
export interface RegisteredClient {
  readonly clientId: string
  readonly name: string
  readonly redirectUris: readonly string[]
  /** Absent: a public client. */
  readonly secret?: string | undefined
  /** The certificate of a confidential client, PEM. */
  readonly certificate?: string | undefined
}

export function isPublicClient({ secret, certificate }: RegisteredClient): boolean {
  return secret === undefined && certificate === undefined
}

/**
 * Whether a redirect URI is registered: exactly, or with another port where it is `http` on loopback (RFC 8252 §7.3) and the
 * client is public.
 */
export function isRegisteredRedirect(client: RegisteredClient, redirectUri: string): boolean {
  if (client.redirectUris.includes(redirectUri)) return true
  const asked = withoutLoopbackPort(redirectUri)
  return (
    isPublicClient(client) &&
    asked !== undefined &&
    client.redirectUris.some((known) => withoutLoopbackPort(known) === asked)
  )
}

function withoutLoopbackPort(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'http:' || !isLoopback(url)) return undefined
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined
  url.port = ''
  return url.href
}
