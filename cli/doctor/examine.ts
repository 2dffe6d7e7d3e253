import type { Config } from '../../src/config/config.js'
import type { Issuer } from '../../src/identity/issuer-keys.js'
import type { IssuerMetadata } from '../../src/identity/issuer-metadata.js'
import type { Secret } from '../../src/secret.js'
import type { GuardedIo } from '../guarded-output.js'
import { checkApi } from './api-check.js'
import { checkCall, uncalled } from './call-check.js'
import { checkCertificate } from './certificate-check.js'
import { checkClient } from './client-check.js'
import { checkConfiguration } from './configuration-check.js'
import { apisOf, createDeployment, type CheckedApi, type Deployment } from './deployment.js'
import { aboutApi, type Diagnosis } from './diagnosis.js'
import { checkExchange } from './exchange-check.js'
import { notCheckable, type Finding } from './finding.js'
import type { Hop } from './hop-text.js'
import { checkIdentityProvider } from './identity-provider-check.js'
import { checkInbound } from './inbound-check.js'
import { checkIssuer } from './issuer-check.js'
import type { DoctorOptions } from './options.js'
import { checkServer } from './server-check.js'
import { heldScopes } from './scopes/held-scopes.js'
import { checkNamedScopes } from './scopes/named-scopes-check.js'
import {
  createScopeComparison,
  type ComparedScope,
  type ScopeComparison,
} from './scopes/scope-comparison.js'
import { signIn } from './sign-in/sign-in.js'
import { examineTenant } from './tenant/examine-tenant.js'
import { checkTokenEndpoint } from './token-endpoint-check.js'
import { checkTools } from './tools-check.js'

export interface Examination {
  readonly options: DoctorOptions
  readonly io: GuardedIo
  readonly diagnosis: Diagnosis
  readonly onHop: (hop: Hop) => void
  /** Told the scopes that tools need and where they were found, where an API has an OpenAPI document. */
  readonly onCompared: (rows: readonly ComparedScope[]) => void
  /** A user's access token for the MCP server. */
  readonly token: Secret | undefined
}

/** An examination that compares what its checks see. */
interface Comparing extends Examination {
  readonly comparison: ScopeComparison
}

/** Makes every check there is, in the order in which one thing needs another; tells each finding as it is made. */
export async function examine(examination: Examination): Promise<void> {
  const { io, diagnosis, options } = examination
  const checked = await checkConfiguration(io.directory, options.settings, diagnosis)
  if (checked === undefined) return
  keepSecrets(checked.config, io)
  const deployment = createDeployment(checked, io)
  const comparison = createScopeComparison(checked.tools, Object.keys(checked.config.apis))
  try {
    await examineDeployment(deployment, { ...examination, comparison })
    if (hasDocument(checked.config)) examination.onCompared(comparison.rows())
  } finally {
    await deployment.close()
  }
}

async function examineDeployment(deployment: Deployment, examination: Comparing): Promise<void> {
  const { options, diagnosis, io } = examination
  const { config } = deployment
  const { allIssuers } = deployment
  const places = exchangePlaces(deployment)
  diagnosis.tell(
    checkIdentityProvider(config),
    ...deployment.provider.settings(config),
    ...checkCertificate(config.exchange, deployment.clock),
  )
  const documents = new Map<Issuer, IssuerMetadata | undefined>()
  for (const issuer of allIssuers) {
    documents.set(issuer, await checkIssuer(issuer, deployment, diagnosis))
  }
  // What the tenant has wrong explains what fails after it.
  checkNamedScopes([...documents.values()], deployment, examination)
  await examineTenant(options.tenant, deployment, examination)
  for (const [issuer, metadata] of documents) {
    if (!places.has(issuer)) continue
    if (!diagnosis.canMake('token_endpoint', issuer.issuer) || metadata === undefined) continue
    checkTokenEndpoint(metadata, deployment, diagnosis)
    await checkClient(metadata, deployment, diagnosis)
  }
  for (const api of apisOf(config)) {
    const of = { api, path: options.apiPath }
    await checkApi(deployment, of, aboutApi(diagnosis, api.told))
  }
  const resource = await checkServer(deployment, options.endpoint ?? config.endpoint, diagnosis)
  const token =
    options.signIn === undefined
      ? examination.token
      : await signIn({ ...{ resource, deployment, diagnosis, io }, options: options.signIn })
  const exchanged = await examineUser({ ...examination, token }, deployment)
  for (const api of apisOf(config)) {
    await examineCall({ api, token: exchanged.get(api.name) }, deployment, examination)
  }
}

/** The issuers at which tokens are exchanged: of those that one tenant issues under, the first alone. */
function exchangePlaces({ known, config }: Deployment): ReadonlySet<Issuer> {
  const elsewhere = [...(known.exchange === undefined ? [] : [known.exchange]), ...known.ofApis]
  const isEverywhere = Object.values(config.apis).every(
    (api) => (api.exchange?.issuer ?? config.exchange.issuer) !== undefined,
  )
  const followers = known.families.flatMap((family) => family.slice(1))
  return new Set(
    isEverywhere
      ? elsewhere
      : [...elsewhere, ...known.accepted.filter((one) => !followers.includes(one))],
  )
}

/** What a user's token shows. Gives the tokens for the APIs for which the whole exchange holds. */
async function examineUser(
  { options, token, diagnosis, onHop, io, comparison }: Comparing,
  deployment: Deployment,
): Promise<ReadonlyMap<string, Secret>> {
  const none = new Map<string, Secret>()
  if (token === undefined) {
    if (options.signIn === undefined || diagnosis.canMake('exchange')) {
      diagnosis.tell(untried(options))
    }
    return none
  }
  const { claims, caller, findings } = await checkInbound(token, deployment)
  diagnosis.tell(...findings)
  if (claims !== undefined) onHop({ label: 'hop 1, MCP client to MCP server', claims })
  if (caller === undefined) {
    diagnosis.canMake('exchange')
    return none
  }
  comparison.saw({ at: 'server' }, { inToken: heldScopes(caller, deployment) })
  const { finding, apiScopes } = checkTools(caller, deployment)
  diagnosis.tell(finding)
  if (!diagnosis.canMake('exchange', caller.issuer)) return none
  const tokens = new Map<string, Secret>()
  for (const api of apisOf(deployment.config)) {
    const { tell } = aboutApi(diagnosis, api.told)
    const tools = apiScopes.get(api.name)
    if (tools === undefined) {
      tell(unexchangedByDesign())
      continue
    }
    const user = { caller, token, tools, api }
    const exchange = await checkExchange(user, deployment, { tell, keep: io.keep, comparison })
    if (exchange.claims !== undefined) {
      const label = `hop 2, MCP server to the API${api.told === undefined ? '' : ` ${api.told}`}`
      onHop({ label, claims: exchange.claims })
    }
    if (exchange.token !== undefined) tokens.set(api.name, exchange.token)
  }
  return tokens
}

function untried({ signIn: asked }: DoctorOptions): Finding {
  return asked === undefined
    ? notCheckable(
        'exchange',
        'Audience, client grant and roles show by an exchange alone.',
        'Sign in by --sign-in, or give an access token of a user by --token-stdin.',
      )
    : notCheckable('exchange', 'Nobody is signed in, so that there is no token to exchange.')
}

function unexchangedByDesign(): Finding {
  return notCheckable(
    'exchange',
    'This token may use no tool that calls an API, so that nothing is exchanged for it: refused by design, see token.tools.',
    'Give the token of a user who may use one.',
  )
}

async function examineCall(
  { api, token: exchanged }: { readonly api: CheckedApi; readonly token: Secret | undefined },
  deployment: Deployment,
  { options, diagnosis: ofAll }: Examination,
): Promise<void> {
  const diagnosis = aboutApi(ofAll, api.told)
  if (!diagnosis.canMake('api.call')) return
  if (exchanged === undefined) {
    const message = 'There is no exchanged token to call the API with.'
    const advice = `Give an access token of a user by --token-stdin${options.callApi ? '' : ', and --call-api'}; or sign in by --sign-in.`
    diagnosis.tell(notCheckable('api.call', message, advice))
    return
  }
  diagnosis.tell(
    options.callApi
      ? await checkCall(deployment, { api, path: options.apiPath }, exchanged)
      : uncalled(),
  )
}

function hasDocument({ apis }: Config): boolean {
  return Object.values(apis).some(({ openapi }) => openapi !== undefined)
}

function keepSecrets({ exchange, outgoing }: Config, { keep }: GuardedIo): void {
  for (const proxy of [outgoing.proxy.http, outgoing.proxy.https])
    if (proxy !== undefined) keep(proxy)
  const { clientAuthentication, clientCertificate } = exchange
  if ('secret' in clientAuthentication) keep(clientAuthentication.secret)
  if ('privateKey' in clientAuthentication) keep(clientAuthentication.privateKey)
  if (clientCertificate !== undefined) keep(clientCertificate.key)
}
