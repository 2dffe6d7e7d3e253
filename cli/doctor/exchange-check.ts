import { decodeJwt } from 'jose'
import { adapterFor } from '../../src/on-behalf-of/exchanger.js'
import { clientFromConfig } from '../../src/server/exchanger-from-config.js'
import { grantOf } from '../../src/config/exchange-config.js'
import { exchangeChecks } from '../../src/config/token-expectations.js'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import { assertDelegationAllowed } from '../../src/exchange/delegation-policy.js'
import { familyOf } from '../../src/exchange/exchange-place.js'
import type { TokenExchangeRequest } from '../../src/exchange/token-exchanger.js'
import { verifyExchangedToken } from '../../src/exchange/verify-exchanged-token.js'
import type { ResolvedTarget } from '../../src/exchange/exchange-target.js'
import { claimProfileOf } from '../../src/identity/claim-profile.js'
import { IDENTITY_PROVIDERS } from '../../src/identity-providers/identity-providers.js'
import { targetOfApi } from '../../src/identity-providers/target-of-api.js'
import type { Caller, Claims } from '../../src/identity/caller.js'
import type { Secret } from '../../src/secret.js'
import type { GuardedIo } from '../guarded-output.js'
import { printable } from '../printable.js'
import type { CheckedApi, Deployment } from './deployment.js'
import type { Diagnosis } from './diagnosis.js'
import { hintOf } from './exchange-hint.js'
import { unionScopes } from '../../src/scopes.js'
import { namedTools } from './scopes/needed-by-tools.js'
import type { ScopeComparison } from './scopes/scope-comparison.js'
import { setupCommand } from './scopes/setup-command.js'
import { lackingScopes } from './scopes/lacking-scopes.js'
import {
  exchangeAsFarAsGranted,
  type FarthestExchange,
} from './scopes/exchange-as-far-as-granted.js'
import type { ToolsApiScopes } from './tools-check.js'
import { notCheckable, ok, wrong, type CheckName, type Observation } from './finding.js'

export interface CheckedExchange {
  /** What the API would be shown; absent where nothing came back, or nothing readable. */
  readonly claims?: Claims
  /** Only where every check holds. */
  readonly token?: Secret
}

export interface ExchangingUser {
  readonly caller: Caller
  readonly token: Secret
  /** What each tool that this user may use needs at the API. */
  readonly tools: readonly ToolsApiScopes[]
  readonly api: CheckedApi
}

const REQUEST = 'exchange.request'
const RESULT = 'exchange.result'
const AUDIENCE = 'exchange.audience'

/** What makes Auth0 refuse an exchange. */
const REFUSED_BY_TENANT: readonly CheckName[] = [
  'tenant.server_api',
  'tenant.client',
  'tenant.profile',
  'tenant.connection',
  'tenant.api',
  'tenant.client_grant',
  'tenant.roles',
]

/** What makes a token for the API narrower than what was asked for. */
const NARROWED_BY: readonly CheckName[] = ['tenant.api', 'tenant.client_grant', 'tenant.roles']

/** Where the course of an exchange is told. */
export interface ExchangeReport extends Pick<Diagnosis, 'tell'>, Pick<GuardedIo, 'keep'> {
  readonly comparison: ScopeComparison
}

/** The exchange as the server makes it, by the same adapter, and its result by the same checks. */
export async function checkExchange(
  user: ExchangingUser,
  deployment: Deployment,
  { tell, keep, comparison }: ExchangeReport,
): Promise<CheckedExchange> {
  const { api, tools } = user
  const request = {
    target: targetOf(api, deployment),
    caller: user.caller,
    subjectToken: user.token,
    scopes: unionScopes(...tools.map(({ scopes }) => scopes)),
    audience: api.audience,
  }
  const farthest = await exchange({ request, tools, deployment, api }, tell)
  if (farthest === undefined) return {}
  const { exchanged, asked, beside, refused: notGiven } = farthest
  keep(exchanged.token)
  const claims = claimsOf(exchanged.token)
  const shown = claims === undefined ? {} : { claims }
  tell(
    ok(REQUEST, `The authorization server exchanged the token for ${api.audience}.`),
    ok(AUDIENCE, `The authorization server knows the audience ${api.audience}.`),
  )
  const lacking = lackingScopes(exchanged, claims, { ...request, scopes: asked })
  const got = asked.filter((scope) => !lacking.includes(scope))
  comparison.saw(
    { at: 'api', api: api.name },
    { inToken: [...got, ...beside], asked: [...asked, ...beside, ...notGiven] },
  )
  // A token without any is no token for these tools: its own check says so.
  const narrowed = got.length === 0 ? notGiven : unionScopes(lacking, notGiven)
  if (narrowed.length > 0) tell(narrowedFinding(narrowed, user, deployment))
  const scopes = got.length === 0 ? asked : got
  try {
    await verifyExchangedToken(exchanged, { ...request, scopes }, expectations(deployment))
    tell(ok(RESULT, 'The token for the API passes every check that the server makes.'))
    return { ...shown, token: exchanged.token }
  } catch (error) {
    tell({
      ...refused(RESULT, error, deployment),
      explainedBy: ['clock', 'issuer.keys', ...NARROWED_BY],
    })
    return shown
  }
}

/** Some tools work and some do not. */
function narrowedFinding(
  lacking: readonly string[],
  { tools, api }: ExchangingUser,
  { config, provider }: Deployment,
): Observation {
  const needed = tools.map(({ tool, scopes }) => ({ tools: [tool], scopes }))
  const refusedTools = needed.filter(({ scopes }) => scopes.some((one) => lacking.includes(one)))
  const names = namedTools(refusedTools.flatMap((one) => one.tools))
  const grants =
    config.identityProvider.name === 'auth0'
      ? `Give the user a role with ${lacking.join(' ')} at the API, and the client grant that scope: ${setupCommand(config, '--api-scopes', api.name)} --role NAME does both.`
      : `Allow the client ${printable(config.exchange.clientId)} and the user ${lacking.join(' ')} at the API. ${provider.words.tokenContents}`
  return {
    ...wrong(
      'exchange.scopes',
      `The authorization server does not give this user ${lacking.join(' ')} for ${api.audience}: ${names} would be refused (downstream_scope_denied).`,
      grants,
    ),
    explainedBy: NARROWED_BY,
  }
}

interface Asked {
  readonly deployment: Deployment
  readonly api: CheckedApi
}

interface AskedExchange extends Asked {
  readonly request: TokenExchangeRequest
  readonly tools: readonly ToolsApiScopes[]
}

async function exchange(
  { request, tools, deployment, api }: AskedExchange,
  tell: Diagnosis['tell'],
): Promise<FarthestExchange | undefined> {
  const { config, known, exchangeFetch } = deployment
  try {
    const { maxDepth, allowedActors } = config.delegation
    await assertDelegationAllowed(request.caller, {
      maxDepth,
      allowedActors,
    })
    const client = await clientFromConfig(config, exchangeFetch)
    const { issuer, timeoutMs, subjectTokenType, adapter } = config.exchange
    const grant = grantOf(adapter)
    const settings = { issuer, grant, timeoutMs, subjectTokenType, fetch: exchangeFetch }
    const identityProvider = IDENTITY_PROVIDERS[config.identityProvider.name]
    const options = { client, exchange: settings, identityProvider }
    const exchanger = adapterFor(options, known)
    return await exchangeAsFarAsGranted(
      tools.map(({ scopes }) => scopes),
      (scopes) => exchanger.exchange({ ...request, scopes }),
    )
  } catch (error) {
    tell(...unexchanged(error, { deployment, api }))
    return undefined
  }
}

/** One fault, however many checks it leaves open. */
function unexchanged(error: unknown, { deployment, api }: Asked): readonly Observation[] {
  const { code, details = {} } = error instanceof OnBehalfOfError ? error : { code: undefined }
  if (code === 'delegation_refused') {
    return [
      notCheckable(
        'exchange',
        'Refused by design: who acts for this user is not allowed by the settings.',
        'If they should be, change DELEGATION_MAX_DEPTH or DELEGATION_ALLOWED_ACTORS. Else give the token of another client.',
      ),
    ]
  }
  if (code === 'exchange_unavailable' && details.reason === 'rate_limited') {
    return [notCheckable('exchange', 'The token endpoint is busy (429).', 'Try again later.')]
  }
  if (details.oauthError === 'invalid_target') {
    const audience = { ...unknownAudience(api, deployment), explainedBy: ['tenant.api'] as const }
    return [audience, waiting(REQUEST, AUDIENCE)]
  }
  const request = { ...refused(REQUEST, error, deployment), explainedBy: REFUSED_BY_TENANT }
  return [request, waiting(AUDIENCE, REQUEST)]
}

function unknownAudience(
  { audience, names }: CheckedApi,
  { provider: { words } }: Deployment,
): Observation {
  return wrong(
    AUDIENCE,
    `The authorization server knows no API ${printable(audience)}.`,
    `Write ${names.audience} as the identifier of the API is written, byte for byte, a trailing slash included. ${words.api}`,
  )
}

function waiting(check: CheckName, waitsFor: CheckName): Observation {
  return { ...notCheckable(check, `${waitsFor} has to be right first.`), waitsFor }
}

/** As the server exchanges for that API. */
function targetOf(api: CheckedApi, { config }: Deployment): ResolvedTarget | undefined {
  const provider = IDENTITY_PROVIDERS[config.identityProvider.name]
  return targetOfApi(api, provider, config.exchange.manner)
}

function expectations({ config, issuers, exchangeIssuer, known, clock }: Deployment) {
  return {
    exchangeIssuer,
    apiIssuers: known.ofApis,
    familyOf: (name: string) => familyOf(name, known.families),
    claimProfile: claimProfileOf(config.callerPolicy),
    issuerOf: (name: string) => issuers.find(({ issuer }) => issuer === name),
    clientId: config.exchange.clientId,
    tokenAudience: config.resource.tokenAudience,
    ...exchangeChecks(config),
    clock,
  }
}

function refused(check: CheckName, error: unknown, deployment: Deployment): Observation {
  if (!(error instanceof OnBehalfOfError)) throw error
  const { reason, status, oauthError, log = {} } = error.details
  const words = [status, oauthError, log['errorDescription']]
    .filter((part) => part !== undefined)
    .map(printable)
  const seen = log['granted'] === undefined ? [] : [`granted: "${printable(log['granted'])}"`]
  const why = [reason, ...words, ...seen].filter((part) => part !== undefined).join(', ')
  return wrong(check, `${error.code} (${why}).`, hintOf(error, deployment.provider.words))
}

function claimsOf(token: Secret): Claims | undefined {
  try {
    return decodeJwt(token.reveal())
  } catch {
    return undefined
  }
}
