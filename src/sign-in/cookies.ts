/** How a cookie of this server is kept by the browser. */
export interface CookieOptions {
  /** Whether the server is reached over https. */
  readonly secure: boolean
  /** 0 removes it. */
  readonly maxAgeSeconds: number
}

/**
 * The name of a cookie that no other host and no plain connection can set: with the prefix `__Host-` over https (RFC 6265bis §4.1.3.2).
 * Browsers refuse the prefix over plain http, which is for development alone.
 */
export function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name
}

/**
 * A `Set-Cookie` line. `SameSite=Lax`: the browser comes back from the authorization server by a link, and forms of other sites do not
 * send it.
 */
export function setCookie(
  name: string,
  value: string,
  { secure, maxAgeSeconds }: CookieOptions,
): string {
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.floor(maxAgeSeconds)}`
  return `${cookieName(name, secure)}=${value}; ${attributes}${secure ? '; Secure' : ''}`
}

/** The value of a cookie of a request; `undefined` where it is missing, or there several times. */
export function readCookie(
  header: string | undefined,
  name: string,
  secure: boolean,
): string | undefined {
  const wanted = cookieName(name, secure)
  const values = (header ?? '').split(';').flatMap((pair) => {
    const [found, ...value] = pair.split('=')
    return found?.trim() === wanted ? [value.join('=').trim()] : []
  })
  return values.length === 1 ? values[0] : undefined
}
