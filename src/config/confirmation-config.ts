import { isHttpsOrLoopback } from '../http/secure-url.js'
import type { Secret } from '../secret.js'
import type { ConfigIssue } from './config-error.js'
import type { CompleteSettings, SettingValues } from './settings.js'

/** How users are asked before tools with `confirm` run. */
export interface ConfirmationConfig {
  /** The first seals, all open. `undefined`: a random one. */
  readonly keys: readonly Secret[] | undefined
  readonly lifetimeMs: number
  /** Where users approve calls themselves; `undefined`: nowhere. */
  readonly page: ConfirmationPageConfig | undefined
}

/** The page on which users approve calls. */
export interface ConfirmationPageConfig {
  readonly use: 'fallback' | 'always'
  /** As which client people sign in; `undefined`: the one that exchanges tokens. */
  readonly client: { readonly id: string; readonly secret: Secret } | undefined
}

/** The part of the configuration that `CONFIRMATION_SETTINGS` make. */
export function confirmationConfig(found: CompleteSettings): ConfirmationConfig {
  return {
    keys: found.CONFIRMATION_KEYS,
    lifetimeMs: found.CONFIRMATION_MINUTES * 60_000,
    page: pageConfig(found),
  }
}

function pageConfig(found: CompleteSettings): ConfirmationPageConfig | undefined {
  const { CONFIRMATION_PAGE: use, CONFIRMATION_CLIENT_ID: id } = found
  const { CONFIRMATION_CLIENT_SECRET: secret } = found
  if (use === 'off') return undefined
  return { use, client: id === undefined || secret === undefined ? undefined : { id, secret } }
}

/** What is wrong with the settings of the page. */
export function confirmationIssues(found: SettingValues, endpoint: URL): readonly ConfigIssue[] {
  const { CONFIRMATION_PAGE: use = 'off', CONFIRMATION_CLIENT_ID: id, EXCHANGE_ISSUER } = found
  const { CONFIRMATION_CLIENT_SECRET: secret } = found
  const issues: ConfigIssue[] = []
  if (id === undefined && secret !== undefined) issues.push(missing(CLIENT_ID, CLIENT_SECRET))
  if (id !== undefined && secret === undefined) issues.push(missing(CLIENT_SECRET, CLIENT_ID))
  if (use === 'off') return issues
  if (!isHttpsOrLoopback(endpoint)) issues.push({ key: PAGE, value: use, hint: NEEDS_HTTPS })
  if (EXCHANGE_ISSUER !== undefined && id === undefined) {
    issues.push({ key: CLIENT_ID, hint: NEEDS_CLIENT })
  }
  return issues
}

function missing(key: string, other: string): ConfigIssue {
  return { key, hint: `is missing, and ${other} is set. Set both, or neither` }
}

const PAGE = 'CONFIRMATION_PAGE'
const CLIENT_ID = 'CONFIRMATION_CLIENT_ID'
const CLIENT_SECRET = 'CONFIRMATION_CLIENT_SECRET'
const NEEDS_HTTPS =
  'needs a server that is reached over https: the page has a cookie. Set MCP_SERVER_URL to an address that starts with https://'
const NEEDS_CLIENT =
  'is missing: people sign in at the issuer of their own tokens, and the client that exchanges tokens is one of EXCHANGE_ISSUER. Set it to a client of their issuer, and CONFIRMATION_CLIENT_SECRET to its secret'
