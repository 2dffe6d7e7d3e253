import { decodeJwt } from 'jose'
import { adapterFor } from '../../src/on-behalf-of/exchanger.js'
import { clientFromConfig } from '../../src/server/exchanger-from-config.js'
import { grantOf } from '../../src/config/exchange-config.js'
import { exchangeChecks } from '../../src/config/token-expectations.js'
import { OnBehalfOfError } from '../../src/failures/errors.js'
import { assertDelegationAllowed } from '../../src/exchange/delegation-policy.js'
import { familyOf } from '../../src/exchange/exchange-place.js'
import type { ExchangedToken, TokenExchangeRequest } from '../../src/exchange/token-exchanger.js'
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
  /** What the tools that this user may use need at the API. */
  readonly scopes: readonly string[]
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

/** The exchange as the server makes it, by the same adapter, and its result by the same checks. */
export async function checkExchange(
  user: ExchangingUser,
  deployment: Deployment,
  { tell, keep }: Pick<Diagnosis, 'tell'> & Pick<GuardedIo, 'keep'>,
): Promise<CheckedExchange> {
  const { api } = user
  const request = {
    target: targetOf(api, deployment),
    caller: user.caller,
    subjectToken: user.token,
    scopes: user.scopes,
    audience: api.audience,
  }
  const exchanged = await exchange(request, { deployment, api }, tell)
  if (exchanged === undefined) return {}
  keep(exchanged.token)
  const claims = claimsOf(exchanged.token)
  const shown = claims === undefined ? {} : { claims }
  tell(
    ok(REQUEST, `The authorization server exchanged the token for ${api.audience}.`),
    ok(AUDIENCE, `The authorization server knows the audience ${api.audience}.`),
  )
  try {
    await verifyExchangedToken(exchanged, request, expectations(deployment))
    tell(ok(RESULT, 'The token for the API passes every check that the server makes.'))
    return { ...shown, token: exchanged.token }
  } catch (error) {
    tell({
      ...refused(RESULT, error, deployment),
      explainedBy: ['clock', 'issuer.keys', 'tenant.api', 'tenant.client_grant', 'tenant.roles'],
    })
    return shown
  }
}

interface Asked {
  readonly deployment: Deployment
  readonly api: CheckedApi
}

async function exchange(
  request: TokenExchangeRequest,
  { deployment, api }: Asked,
  tell: Diagnosis['tell'],
): Promise<ExchangedToken | undefined> {
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
    return await adapterFor(options, known).exchange(request)
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
