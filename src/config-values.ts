import { z } from 'zod'
import { isLoopback } from './identity/secure-url.js'
import { isScopeToken } from './scopes.js'
import { Secret } from './secret.js'

/** An http(s) URL without credentials, query or fragment. A trailing slash is meaningless and dropped. */
export const baseUrl = z.string().transform((value, context) => {
  const url = httpUrl(value, context)
  if (url === undefined) return z.NEVER
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
})

/** An issuer identifier: an http(s) URL kept byte for byte, since tokens are compared with it. */
export const issuerUrl = z.string().transform((value, context) => {
  const url = httpUrl(value, context)
  return url === undefined ? z.NEVER : value
})

/** A host name with an optional port; a scheme or slashes around it are meaningless and dropped. */
export const domain = z.string().transform((value, context) => {
  const bare = value
    .replace(/^https:\/\//i, '')
    .replace(/\/+$/, '')
    .toLowerCase()
  if (/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/.test(bare)) return bare
  context.addIssue('must be the tenant\'s domain alone, for example "example.eu.auth0.com"')
  return z.NEVER
})

export const port = z.string().transform((value, context) => {
  const number = Number(value)
  if (/^\d{1,5}$/.test(value) && number <= 65_535) return number
  context.addIssue('must be a whole number from 0 to 65535')
  return z.NEVER
})

export const scopeList = z.string().transform((value, context) => {
  const scopes = value.split(/[\s,]+/).filter((scope) => scope !== '')
  const bad = scopes.find((scope) => !isScopeToken(scope))
  if (bad === undefined) return [...new Set(scopes)]
  context.addIssue('must be scopes separated by spaces, without quotes or backslashes')
  return z.NEVER
})

/** An API identifier: any text, kept byte for byte. */
export const identifier = z.string().refine((value) => !/\s/.test(value), {
  error: 'must not contain spaces',
})

export const secret = z.string().transform((value) => new Secret(value))

export function positiveInteger(least: number, most: number) {
  return z.string().transform((value, context) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    context.addIssue(`must be a whole number from ${least} to ${most}`)
    return z.NEVER
  })
}

/** Whether a URL is https, or plain http on loopback. */
export function isHttpsOrLoopback(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url)
}

function httpUrl(value: string, context: z.RefinementCtx): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    context.addIssue('must be a URL that starts with https:// (or http:// on this machine)')
    return undefined
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    context.addIssue('must be a URL without user name, password, query and fragment')
    return undefined
  }
  return url
}
