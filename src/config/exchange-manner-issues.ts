import type { ExchangeTarget } from '../exchange/exchange-target.js'
import type { ApiConfig } from './api-config.js'
import { assertionIssues } from './client-credentials.js'
import type { ConfigIssue } from './config-error.js'
import { adapterOf } from './exchange-config.js'
import type { SettingName, SettingValues } from './settings.js'

/** What a setting or a member shapes: the request of RFC 8693, or the scopes of any request. */
const OF_REQUEST: readonly (readonly [SettingName, keyof ExchangeTarget])[] = [
  ['EXCHANGE_TARGET_PARAMETER', 'targetParameter'],
  ['EXCHANGE_REQUESTED_TOKEN_TYPE', 'requestedTokenType'],
  ['EXCHANGE_ACTOR_TOKEN', 'actorToken'],
  ['EXCHANGE_AUDIENCES', 'audiences'],
]
const OF_ANY: readonly (readonly [SettingName, keyof ExchangeTarget])[] = [
  ['EXCHANGE_SCOPE_REQUEST', 'scopeRequest'],
  ['API_SCOPE_PREFIX', 'scopePrefix'],
]

/** What our client says of itself, and how, where the library for the token endpoint does not send it. */
export function exchangeClientIssues(found: SettingValues): readonly ConfigIssue[] {
  const adapter = adapterOf(found)
  const { EXCHANGE_CLIENT_CAPABILITIES: capabilities = [] } = found
  const key = 'EXCHANGE_CLIENT_CAPABILITIES'
  const hint = 'has effect on exchanges by RFC 7523 alone (Entra). Remove it'
  const idle = capabilities.length > 0 && adapter !== 'rfc7523'
  const value = capabilities.join(' ')
  return [
    ...assertionIssues(found, adapter),
    ...idleIssues(found),
    ...(idle ? [{ key, value, hint }] : []),
  ]
}

/** What is set of the request, and has no effect beside what else is set. */
function idleIssues(found: SettingValues): readonly ConfigIssue[] {
  const { EXCHANGE_TARGET_PARAMETER: parameter, EXCHANGE_AUDIENCES: audiences } = found
  const { MCP_AUTH0_SUBJECT_TOKEN_TYPE: type } = found
  return [
    ...(parameter === 'none' && audiences !== undefined
      ? [
          {
            key: 'EXCHANGE_AUDIENCES',
            value: audiences.join(' '),
            hint: 'has no effect with EXCHANGE_TARGET_PARAMETER=none, which sends none of them. Remove one of the two',
          },
        ]
      : []),
    ...(type !== undefined && adapterOf(found) === 'rfc7523'
      ? [
          {
            key: 'MCP_AUTH0_SUBJECT_TOKEN_TYPE',
            value: type,
            hint: 'has no effect on an exchange by RFC 7523 (EXCHANGE_CLIENT=rfc7523), which names no type. Remove it',
          },
        ]
      : []),
  ]
}

/** What is set of how tokens are exchanged, and that the library for the token endpoint cannot do. */
export function exchangeMannerIssues(
  found: SettingValues,
  ofFile: Readonly<Record<string, ApiConfig>> = {},
): readonly ConfigIssue[] {
  const adapter = adapterOf(found)
  if (adapter === 'rfc8693') return []
  const impossible = adapter === 'rfc7523' ? OF_REQUEST : [...OF_REQUEST, ...OF_ANY]
  const hint =
    adapter === 'rfc7523'
      ? 'has no effect on an exchange by RFC 7523 (EXCHANGE_CLIENT=rfc7523). Remove it, or set EXCHANGE_CLIENT=rfc8693'
      : `has no effect on the exchanges of Auth0's libraries. Remove it, or set EXCHANGE_CLIENT=rfc8693`
  const ofSettings = impossible
    .filter(([key]) => found[key] !== undefined)
    .map(([key]) => ({ key, value: textOf(found[key]), hint }))
  const members = impossible.map(([, member]) => member)
  const unreachable: readonly (keyof ExchangeTarget)[] =
    adapter === 'rfc7523' ? members : [...members, 'issuer']
  const inFile = Object.values(ofFile).flatMap(({ names, exchange = {} }) =>
    unreachable
      .filter((member) => exchange[member] !== undefined)
      .map((member) => ({ key: `${names.exchange}.${member}`, hint })),
  )
  return [...ofSettings, ...inFile]
}

function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join(' ') : String(value)
}
