import * as openid from 'openid-client'
import { openidConfiguration } from '../../../src/exchange/openid-configuration.js'
import { withoutUndefined } from '../../../src/options/without-undefined.js'
import { Secret } from '../../../src/secret.js'
import type { Timers } from '../../../src/time/clock.js'
import type { GuardedIo } from '../../guarded-output.js'
import type { Diagnosis } from '../diagnosis.js'
import { notCheckable } from '../finding.js'
import type { ProtectedResource } from '../server-check.js'
import { judgeAnswer, unanswered } from './authorization-answer.js'
import {
  findAuthorizationServer,
  type AuthorizationServer,
  type SignInPlace,
} from './authorization-server.js'
import { listenForCallback, type CallbackListener } from './callback-listener.js'
import { redeemCode } from './code-redemption.js'
import type { SignInOptions } from './sign-in-options.js'
import { REFUSED_AT_SIGN_IN } from '../prerequisites.js'
import { chooseClient, type SignInClient } from './sign-in-client.js'

export interface SignIn {
  readonly options: SignInOptions
  /** What the running server tells clients; `undefined` where it was not reached. */
  readonly resource: ProtectedResource | undefined
  readonly deployment: SignInPlace
  readonly diagnosis: Diagnosis
  readonly io: GuardedIo
}

/** One sign-in on its way: what it has found so far, and what tells its answer from others. */
interface Attempt extends SignIn {
  readonly resource: ProtectedResource
  readonly server: AuthorizationServer
  readonly listener: CallbackListener
  readonly state: string
  readonly scope: string | undefined
}

const CHECK = 'sign_in'

/**
 * Signs the person at this machine in as an MCP client would (authorization code, PKCE, RFC 8707), and gives their
 * access token for the MCP server. `undefined` where that fails; the findings say why.
 *
 * Goes by nothing but what the server and its authorization server publish, and sends nothing to anybody else.
 */
export async function signIn(request: SignIn): Promise<Secret | undefined> {
  const { resource, deployment, diagnosis, options } = request
  const [issuer = ''] = resource?.authorizationServers ?? []
  if (!diagnosis.canMake(CHECK, resource === undefined ? undefined : issuer)) return undefined
  if (resource === undefined) {
    const message =
      'Nobody can sign in, because the MCP server was not reached: it names the authorization server.'
    diagnosis.tell(notCheckable(CHECK, message, 'Start the server, then run this command again.'))
    return undefined
  }
  const { finding, found: server } = await findAuthorizationServer(issuer, deployment)
  diagnosis.tell({ ...finding, issuer })
  if (server === undefined) return undefined
  const state = openid.randomState()
  const listener = await listenForCallback(options.redirectUri, state).catch(() => undefined)
  if (listener === undefined) {
    const message = `Nothing can listen at ${options.redirectUri.origin} for the answer of the authorization server.`
    diagnosis.tell(
      notCheckable(CHECK, message, 'Name a free port of this machine by --redirect-uri.'),
    )
    return undefined
  }
  const scopes = options.scope ?? resource.scopes
  const scope = scopes.length === 0 ? undefined : scopes.join(' ')
  try {
    return await signInAs({ ...request, resource, server, listener, state, scope })
  } finally {
    await listener.close()
  }
}

async function signInAs(attempt: Attempt): Promise<Secret | undefined> {
  const { options, deployment, diagnosis, io } = attempt
  const { clientId } = options
  const { fetch, provider } = deployment
  const choice = { ...attempt, clientId, fetch, keep: io.keep, words: provider.words }
  const { finding, client } = await chooseClient(choice)
  diagnosis.tell(finding)
  if (client === undefined) return undefined
  try {
    return await authorize(attempt, client)
  } finally {
    if (client.remove !== undefined) diagnosis.tell(await client.remove())
  }
}

async function authorize(attempt: Attempt, client: SignInClient): Promise<Secret | undefined> {
  const { server, listener, state, resource, deployment, diagnosis, io, options } = attempt
  const codeVerifier = io.keep(new Secret(openid.randomPKCECodeVerifier()))
  const url = await authorizationUrl(attempt, client, codeVerifier)
  const waiting = within(listener.answer, options.timeoutMs, io.timers)
  sendToBrowser(url, options, io)
  const answer = await waiting
  const finding =
    answer === undefined
      ? unanswered(options.timeoutMs, listener)
      : judgeAnswer(answer, server, deployment.provider.words)
  diagnosis.tell({ ...finding, explainedBy: REFUSED_AT_SIGN_IN })
  if (answer === undefined || finding.verdict !== 'ok') return undefined
  io.keep(new Secret(answer.get('code') ?? ''))
  const redeemed = await redeemCode({
    ...{ server, client, state, codeVerifier, keep: io.keep, fetch: deployment.fetch },
    callback: new URL(`?${answer.toString()}`, listener.redirectUri),
    resource: resource.resource,
  })
  diagnosis.tell({ ...redeemed.finding, explainedBy: REFUSED_AT_SIGN_IN })
  return redeemed.token
}

async function authorizationUrl(
  { server, listener, state, scope, resource, deployment }: Attempt,
  { clientId, authentication }: SignInClient,
  codeVerifier: Secret,
): Promise<URL> {
  const identity = { clientId, authenticate: () => authentication, mutualTls: false }
  const configuration = openidConfiguration(server.metadata, identity, deployment.fetch)
  return openid.buildAuthorizationUrl(configuration, {
    ...withoutUndefined({ scope }),
    redirect_uri: listener.redirectUri.href,
    resource: resource.resource,
    state,
    code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier.reveal()),
    code_challenge_method: 'S256',
  })
}

/** On stderr, so that what a program reads stays as it is. */
function sendToBrowser(
  url: URL,
  { browser }: SignInOptions,
  { openBrowser, writeError }: GuardedIo,
): void {
  const opens = browser && openBrowser !== undefined
  const request = opens
    ? 'Sign in with the browser that opens now. If none does, open this address on this machine:'
    : 'To sign in, open this address in a browser on this machine:'
  writeError(`\n${request}\n\n  ${url.href}\n\n`)
  if (!opens) return
  openBrowser(url).catch(() => {
    writeError('No browser could be opened.\n')
  })
}

/** The outcome, or `undefined` once the time is up. */
function within<T>(outcome: Promise<T>, timeoutMs: number, timers: Timers): Promise<T | undefined> {
  return new Promise((resolve) => {
    const limit = timers.after(timeoutMs, () => {
      resolve(undefined)
    })
    void outcome.then((value) => {
      limit.cancel()
      resolve(value)
    })
  })
}
