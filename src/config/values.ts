import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { z } from 'zod'
import { CLIENT_CAPABILITY } from '../exchange/client-capability.js'
import {
  ENCRYPTED_KEY,
  isEncryptedKey,
  parsePrivateKey,
} from '../exchange/client-authentication.js'
import { hostEntry } from '../http/host-entry.js'
import { originEntry } from '../http/origin-entry.js'
import { NAMES_NO_USER, namesNoUser } from '../identity/claim-profile.js'
import { isTemplate } from '../identity/issuer-metadata.js'
import { TEMPLATE_ISSUER } from '../identity/issuer-options.js'
import { isScopeToken } from '../scopes.js'
import { Secret } from '../secret.js'

/** An http(s) URL without credentials, query or fragment. A trailing slash is meaningless and dropped. */
export const baseUrl = z.string().transform((value, context) => {
  const url = httpUrl(value, context)
  if (url === undefined) return z.NEVER
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
})

/** The base URL of this server, below which the endpoint /mcp is. One that ends in /mcp is taken for the endpoint, and refused. */
export const serverUrl = baseUrl.refine((url) => !url.pathname.endsWith('/mcp'), {
  error: 'must be the URL of the server: leave /mcp out; the endpoint is /mcp below it',
})

/** An issuer identifier: an http(s) URL kept byte for byte, since tokens are compared with it. */
export const issuerUrl = z.string().transform((value, context) => {
  if (isTemplate(value)) {
    context.addIssue(TEMPLATE_ISSUER)
    return z.NEVER
  }
  const url = httpUrl(value, context)
  if (url === undefined) return z.NEVER
  const endpoint = OF_AN_ISSUER.exec(url.pathname)
  if (endpoint === null) return value
  context.addIssue(
    `must be the issuer itself, as it stands in its metadata as "issuer": leave ${endpoint[0]} out`,
  )
  return z.NEVER
})

/** What is found below an issuer, and is none: its metadata and its endpoints. */
const OF_AN_ISSUER =
  /\/(?:\.well-known\/.*|(?:oauth2?|connect|openid-connect|protocol\/openid-connect|oidc)(?:\/v\d[\d.]*)?\/(?:authorize|auth|token|userinfo|certs|keys|register|logout|introspect|revoke)|authorize|userinfo|jwks(?:\.json)?)\/?$/i

/** The address of a document: an http(s) URL without credentials or fragment, kept as it is written. */
export const documentUrl = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    context.addIssue('must be the URL of a document, and start with https:// (or http://)')
    return z.NEVER
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    context.addIssue('must be a URL without user name, password and fragment')
    return z.NEVER
  }
  return value
})

/** An Auth0 tenant's host name with an optional port; a scheme or slashes around it are meaningless and dropped. */
export const domain = z.string().transform((value, context) => {
  const bare = value
    .replace(/^https:\/\//i, '')
    .replace(/\/+$/, '')
    .toLowerCase()
  const named = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/.test(bare)
  if (named && isTenantDomain(bare)) return bare
  context.addIssue(
    'must be the tenant\'s domain alone, without path, for example "example.eu.auth0.com"',
  )
  return z.NEVER
})

/** Not the tenant's name alone, nor the Dashboard. A single label stands for a host of this machine or network with its port. */
function isTenantDomain(bare: string): boolean {
  if (!URL.canParse(`https://${bare}/`)) return false
  return /[.:]|^localhost$/.test(bare) && !/^(?:manage\.|www\.)?auth0\.com$/.test(bare)
}

/** What to listen on: an address, or a host name of this machine. */
export const listenHost = z.string().transform((value, context) => {
  const name = /^(?=.*[a-z])[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i
  if (isIP(value) !== 0 || (name.test(value) && URL.canParse(`http://${value}/`))) return value
  context.addIssue(listenHostIssue(value))
  return z.NEVER
})

function listenHostIssue(value: string): string {
  if (/^[*+]$|^(?:all|any)$/i.test(value)) {
    return 'must be an address: 0.0.0.0 listens on all of this machine (:: on those of IPv6 as well)'
  }
  if (value.includes('://')) {
    return 'must be an address alone, for example 0.0.0.0. The public URL goes into MCP_SERVER_URL, the port into PORT'
  }
  if (/^\[.*\]/.test(value)) return 'must be an address without brackets and port, for example ::1'
  if (/^[^:]*:\d+$/.test(value)) return 'must be an address alone: the port goes into PORT'
  return 'must be one address to listen on, for example 127.0.0.1, 0.0.0.0 or ::, or a host name of this machine'
}

export const port = z.string().transform((value, context) => {
  const number = Number(value)
  if (/^\d{1,5}$/.test(value) && number <= 65_535) return number
  context.addIssue('must be a whole number from 0 to 65535')
  return z.NEVER
})

/** A choice among words. */
export function oneOf<const T extends readonly [string, ...string[]]>(...words: T) {
  return z.enum(words, { error: `must be ${words.join(' or ')}` })
}

/** Names of clients, services or audiences, as they stand in a token. */
export const nameList = listOf(
  z
    .string()
    .regex(
      /^[^*"'`[\]{};]+$/,
      'must be names as they stand in the token, without wildcards, quotes, brackets and semicolons',
    ),
)

/** What a client says of itself. */
export const capabilityList = listOf(CLIENT_CAPABILITY)

export const issuerUrlList = listOf(issuerUrl)

export const hostList = listOf(hostEntry)

export const originList = listOf(originEntry)

/** A number of proxy hops, or the addresses and subnets of proxies. */
export const trustedProxies = z.string().transform((value, context) => {
  if (/^\d{1,2}$/.test(value)) return Number(value)
  const proxies = words(value)
  const bad = proxies.find((entry) => !isAddressOrSubnet(entry))
  if (bad === undefined) return proxies
  context.addIssue(
    'must be a number of hops, or addresses like 10.0.0.1 and subnets like 10.0.0.0/8. Trusting everybody is not possible: clients could choose their address',
  )
  return z.NEVER
})

/** `a=b,c d=e`: scope a includes b and c, scope d includes e. */
export const scopeHierarchy = z.string().transform((value, context) => {
  const entries = value
    .split(/\s+/)
    .filter((entry) => entry !== '')
    .map((entry) => {
      const at = entry.indexOf('=')
      return [entry.slice(0, Math.max(at, 0)), entry.slice(at + 1).split(',')] as const
    })
  const bad = entries.some(
    ([scope, included]) =>
      ![scope, ...included].every((part) => isScopeToken(part) && !part.includes('=')),
  )
  const doubled = new Set(entries.map(([scope]) => scope)).size < entries.length
  if (!bad && !doubled) return Object.fromEntries(entries)
  context.addIssue(
    'must be entries like tool:admin=tool:greet,tool:whoami, separated by spaces, each scope once in front of a =',
  )
  return z.NEVER
})

export const scopeList = z.string().transform((value, context) => {
  const scopes = words(value)
  const bad = scopes.find((scope) => !isScopeToken(scope) || /^\*$|[;[\]]/.test(scope))
  if (bad === undefined) return [...new Set(scopes)]
  context.addIssue(
    'must be scopes separated by spaces or commas, without quotes, brackets, semicolons and backslashes. Write every scope out: a * stands for nothing',
  )
  return z.NEVER
})

/** An identifier: any text without spaces, kept byte for byte. */
export const identifier = z.string().refine((value) => !/\s/.test(value), {
  error: 'must not contain spaces',
})

/** Any text on one line. */
export const text = z.string().refine((value) => !/[\p{Cc}]/u.test(value), {
  error: 'must be one line',
})

/** The path of a file. */
export const filePath = text.refine((value) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(value), {
  error: 'must be the path of a file, not a URL',
})

/** The name of a claim: any text on one line. */
export const claimName = z.string().refine((value) => !/[\s\p{Cc}]/u.test(value), {
  error: 'must be the name of one claim, without spaces',
})

/** Names of claims that tell one user from every other. */
export const userClaimNames = listOf(claimName).refine((names) => !namesNoUser(names), {
  error: NAMES_NO_USER,
})

/** The beginning of a scope. */
export const scopePrefix = z.string().refine(isScopeToken, {
  error: 'must be the beginning of a scope, without spaces, quotes or backslashes',
})

export const secret = z.string().transform((value) => new Secret(value))

/** A secret that cannot be guessed, if it is random. */
export const longSecret = z
  .string()
  .min(32, 'must have 32 characters or more')
  .transform((value) => new Secret(value))

/** A private key as PEM or JWK. Line breaks may be written as \\n. */
export const privateKey = z.string().transform((value, context) => {
  const text = value.replaceAll('\\n', '\n')
  try {
    parsePrivateKey(text)
    return new Secret(text)
  } catch {
    context.addIssue(
      isEncryptedKey(text)
        ? ENCRYPTED_KEY
        : 'must be a private key as PEM or JWK (RSA, P-256, P-384 or Ed25519). Its line breaks may be written as \\n; in .env, several lines go between quotes',
    )
    return z.NEVER
  }
})

/** A certificate as PEM. Line breaks may be written as \\n. */
export const certificate = z.string().transform((value, context) => {
  const text = value.replaceAll('\\n', '\n')
  try {
    return new X509Certificate(text).toString()
  } catch {
    context.addIssue(
      'must be a certificate as PEM. Its line breaks may be written as \\n; in .env, several lines go between quotes',
    )
    return z.NEVER
  }
})

export function integerBetween(least: number, most: number) {
  return z.string().transform((value, context) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    context.addIssue(`must be a whole number from ${least} to ${most}`)
    return z.NEVER
  })
}

export function listOf<T>(item: z.ZodType<T, string>) {
  return z.string().transform(words).pipe(z.array(item))
}

/** Splits any list: at spaces, line breaks and commas. */
export function words(value: string): string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '')
}

function isAddressOrSubnet(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return (
    prefix === undefined ||
    (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
  )
}

function httpUrl(value: string, context: z.RefinementCtx): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    context.addIssue('must be a URL that starts with https:// (or http:// on this machine)')
    return undefined
  }
  if (url.username !== '' || url.password !== '' || /[?#]/.test(value)) {
    context.addIssue('must be a URL without user name, password, query and fragment')
    return undefined
  }
  if (/:\/\/.*:\/\//.test(value)) {
    context.addIssue('must be one URL, with one https:// in front')
    return undefined
  }
  if (url.hostname.includes('*')) {
    context.addIssue('must name one host: a * stands for nothing')
    return undefined
  }
  return url
}
