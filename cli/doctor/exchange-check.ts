import { decodeJwt } from 'jose'
import { composeAdapter } from '../../src/compose-adapter.js'
import { serverTools } from '../../src/compose.js'
import { OnBehalfOfError } from '../../src/errors.js'
import { assertDelegationAllowed } from '../../src/exchange/delegation-policy.js'
import type { ExchangedToken, TokenExchangeRequest } from '../../src/exchange/token-exchanger.js'
import { verifyExchangedToken } from '../../src/exchange/verify-exchanged-token.js'
import type { Caller, Claims } from '../../src/identity/caller.js'
import { unionScopes } from '../../src/scopes.js'
import type { Secret } from '../../src/secret.js'
import { offeredTools } from '../../src/tools/offered-tools.js'
import type { ToolRequirements } from '../../src/tools/tool.js'
import { printable } from '../printable.js'
import type { Deployment } from './deployment.js'
import { cureOf } from './exchange-cure.js'
import { notCheckable, ok, wrong, type Finding } from './finding.js'

export interface CheckedExchange {
  readonly findings: readonly Finding[]
  /** What the API would be shown; absent where nothing came back, or nothing readable. */
  readonly claims?: Claims
  /** Only where every check holds. */
  readonly token?: Secret
}

const REQUEST = 'exchange.request'
const RESULT = 'exchange.result'
const AUDIENCE = 'exchange.audience'

/** The exchange as the server makes it, by the same adapter, and its result by the same checks. */
export async function checkExchange(
  user: { readonly caller: Caller; readonly token: Secret },
  deployment: Deployment,
  keep: (secret: Secret) => Secret,
): Promise<CheckedExchange> {
  const { config } = deployment
  const tools = callingTools(deployment)
  if (tools.length === 0) return { findings: [notCheckable('exchange', NO_TOOL, NO_TOOL_CURE)] }
  const request = requestOf(user, tools, deployment)
  let exchanged: ExchangedToken
  try {
    const { maxDepth, allowedActors } = config.delegation
    await assertDelegationAllowed(user.caller, {
      maxDepth,
      ...(allowedActors === undefined ? {} : { allowedActors }),
    })
    const adapter = await composeAdapter(config, deployment.issuers, deployment.exchangeFetch)
    exchanged = await adapter.exchange(request)
  } catch (error) {
    return { findings: [refused(REQUEST, error, deployment), audienceAfter(error, deployment)] }
  }
  keep(exchanged.token)
  const claims = claimsOf(exchanged.token)
  const shown = claims === undefined ? {} : { claims }
  const passed = [
    ok(REQUEST, `The authorization server exchanged the token for ${config.api.audience}.`),
    ok(AUDIENCE, `The authorization server knows the audience ${config.api.audience}.`),
  ]
  try {
    await verifyExchangedToken(exchanged, request, expectations(deployment))
    const says = 'The token for the API passes every check that the server makes.'
    return { ...shown, token: exchanged.token, findings: [...passed, ok(RESULT, says)] }
  } catch (error) {
    return { ...shown, findings: [...passed, refused(RESULT, error, deployment)] }
  }
}

const NO_TOOL = 'No tool that this server offers calls the API, so it exchanges no token.'
const NO_TOOL_CURE =
  'Name the scopes that the tools need in MCP_AUTH0_EXCHANGE_SCOPE, or remove it.'

function callingTools({ config }: Deployment): readonly ToolRequirements[] {
  const { tools } = offeredTools(serverTools(), config.exchange.scopeCeiling)
  return tools.filter(({ downstream }) => downstream !== undefined)
}

/** All that any tool may ask for at once. */
function requestOf(
  { caller, token }: { readonly caller: Caller; readonly token: Secret },
  tools: readonly ToolRequirements[],
  { config }: Deployment,
): TokenExchangeRequest {
  const scopes = unionScopes(...tools.map(({ downstream }) => downstream?.scopes ?? []))
  return { caller, subjectToken: token, audience: config.api.audience, scopes }
}

function expectations({ config, issuers, clock }: Deployment) {
  return {
    issuerOf: (name: string) => issuers.find(({ issuer }) => issuer === name),
    clientId: config.exchange.clientId,
    ownAudience: config.resource.identifier,
    ...config.exchange.checks,
    clock,
  }
}

function refused(check: string, error: unknown, deployment: Deployment): Finding {
  if (!(error instanceof OnBehalfOfError)) throw error
  const { reason, log = {} } = error.details
  const words = [log['status'], log['error'], log['errorDescription']]
    .filter((part) => part !== undefined)
    .map(printable)
  const seen = log['granted'] === undefined ? [] : [`granted: "${printable(log['granted'])}"`]
  const why = [reason, ...words, ...seen].filter((part) => part !== undefined).join(', ')
  return wrong(check, `${error.code} (${why}).`, cureOf(error, deployment.config))
}

/** Whether the audience exists shows once the server has looked at the subject token. */
function audienceAfter(error: unknown, { config }: Deployment): Finding {
  const log = error instanceof OnBehalfOfError ? (error.details.log ?? {}) : {}
  return log['error'] === 'invalid_target'
    ? wrong(
        AUDIENCE,
        `The authorization server knows no API ${printable(config.api.audience)}.`,
        'Write API_AUTH0_AUDIENCE as the identifier of the API is written (Auth0: Dashboard, Applications, APIs), byte for byte, a trailing slash included.',
      )
    : notCheckable(AUDIENCE, 'Whether the API exists shows by an exchange that goes through.')
}

function claimsOf(token: Secret): Claims | undefined {
  try {
    return decodeJwt(token.reveal())
  } catch {
    return undefined
  }
}
