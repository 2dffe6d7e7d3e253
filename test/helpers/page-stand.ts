import { createHash } from 'node:crypto'
import express from 'express'
import { serveTls, trustingFetch } from '../../apps/authorization-server/testing/serve-tls.js'
import { createSelfSignedCertificate } from '../../apps/authorization-server/testing/self-signed-certificate.js'
import {
  confirmationPageRoute,
  type ConfirmationPageRouteOptions,
} from '../../routes/confirmation-page.js'
import {
  createConfirmationPage,
  type ConfirmationPage,
} from '../../src/confirmation/confirmation-page.js'
import type { AskedOnPage, PendingCalls } from '../../src/confirmation/pending-calls.js'
import { userKeyOf } from '../../src/identity/caller.js'
import { createIssuer } from '../../src/identity/issuer-keys.js'
import { Secret } from '../../src/secret.js'
import { serve } from '../../src/server/serve.js'
import { closeWithTest } from './close-with-test.js'
import { PageVisitor, type PageAnswer } from './page-visitor.js'
import { RecordingLog } from './recording-log.js'
import { json, TestIssuer, type MintOptions } from './test-issuer.js'

export const PAGE_CLIENT = 'pages-client'

/** A person of an issuer, by the claims of their access tokens. */
export interface StandUser {
  readonly issuer?: string
  readonly primaryIssuer?: string
  readonly subject?: string
  readonly subjectClaims?: Readonly<Record<string, string>>
}

/** The pages alone, between issuers whose every answer a test decides. */
export interface PageStand {
  readonly origin: string
  readonly issuers: readonly [TestIssuer, ...TestIssuer[]]
  readonly pending: PendingCalls
  readonly log: RecordingLog
  /** Laid over what the next ID tokens say. */
  idToken: MintOptions
  /** Moves the clock of the pages. */
  readonly pass: (ms: number) => void
  /** The page of a new call that waits for a person, by default of the first issuer. */
  readonly wait: (user?: StandUser, call?: Partial<AskedOnPage>) => string
  readonly visitor: () => PageVisitor
  /** The callback of a sign-in that a visitor has begun, as the authorization server sends it. */
  readonly callbackFor: (location: string) => URL
  /** Opens a page, and signs in, as far as the answer to the callback. */
  readonly signIn: (visitor: PageVisitor, url: string) => Promise<PageAnswer>
  close(): Promise<void>
}

export interface PageStandOptions {
  readonly tls?: boolean
  /** How many authorization servers there are. Default 1. */
  readonly servers?: 1 | 2
  /** Whether they share a tenant, with the first as its primary issuer. */
  readonly tenant?: boolean
  readonly route?: Partial<ConfirmationPageRouteOptions>
  readonly lifetimeMs?: number
}

/** Starts the pages by `confirmationPageRoute`, without an MCP server. */
export async function startPageStand(options: PageStandOptions = {}): Promise<PageStand> {
  const { tls = false, servers = 1, tenant = false, route, lifetimeMs } = options
  const issuers = await startIssuers(tls, servers)
  const certificate = tls ? await createSelfSignedCertificate() : undefined
  const server = certificate
    ? await serveTls(certificate)
    : await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const origin = `${tls ? 'https' : 'http'}://localhost:${server.port}`
  const log = new RecordingLog()
  let passedMs = 0
  const clock = (): number => Date.now() + passedMs
  const page = createConfirmationPage({ endpoint: new URL('/mcp', origin), lifetimeMs, clock })
  const fetch = tls ? trustingFetch(issuers.map(({ ca }) => ca).join('\n')) : undefined
  const app = express()
  app.use(
    confirmationPageRoute({
      ...{ page, log, fetch, client: { id: PAGE_CLIENT, secret: new Secret('s'.repeat(32)) } },
      issuers: issuers.map(({ issuer }) => createIssuer({ issuer, fetch })),
      primaryIssuers: tenant ? primariesOf(issuers) : undefined,
      ...route,
    }),
  )
  server.attach(app)
  // Nothing is shared.
  const pending = page.pending as PendingCalls
  const stand: Omit<PageStand, 'signIn'> = {
    ...{ origin, issuers, log, pending, idToken: {} },
    pass: (ms) => (passedMs += ms),
    wait: (user, call) =>
      waiting({ pending, urlOf: page.urlOf }, { issuer: issuers[0].issuer, ...user }, call),
    visitor: () => new PageVisitor(origin, certificate && trustingFetch(certificate.cert)),
    callbackFor,
    close: closeWithTest(() => server.close()),
  }
  for (const issuer of issuers) signInAtOnce(issuer, () => stand.idToken)
  const signIn = async (visitor: PageVisitor, url: string): Promise<PageAnswer> =>
    visitor.get(callbackFor((await visitor.get(url)).location ?? ''))
  return Object.assign(stand, { signIn })
}

async function startIssuers(tls: boolean, servers: 1 | 2): Promise<[TestIssuer, ...TestIssuer[]]> {
  const start = () => (tls ? TestIssuer.startTls() : TestIssuer.start())
  return servers === 1 ? [await start()] : [await start(), await start()]
}

function primariesOf(issuers: readonly [TestIssuer, ...TestIssuer[]]): Record<string, string> {
  return Object.fromEntries(issuers.map(({ issuer }) => [issuer, issuers[0].issuer]))
}

let calls = 0

function waiting(
  { pending, urlOf }: Pick<ConfirmationPage, 'urlOf'> & { readonly pending: PendingCalls },
  { issuer = '', subject = 'auth0|alice', ...more }: StandUser,
  call: Partial<AskedOnPage> = {},
): string {
  calls += 1
  const taken = pending.take({
    user: userKeyOf({ issuer, subject, ...more }),
    ...{ tool: 'cancelBooking', client: { id: 'some-client' }, subject: `call ${calls}` },
    question: 'Allow this call in your name?\n\n- Tool: `cancelBooking`',
    ...call,
  })
  if (taken === 'full' || taken.kind !== 'waiting') throw new Error('the call does not wait')
  return urlOf(taken.call.id).href
}

/**
 * Has an issuer sign everybody in as Alice at once, and redeem each code for the one who began the sign-in (RFC 7636 §4.6).
 * Answers no other grants.
 */
export function signInAtOnce(
  issuer: TestIssuer,
  options: () => MintOptions = () => ({}),
  clientId = PAGE_CLIENT,
): void {
  issuer.metadataResponder = (_req, res) => {
    json(res, 200, {
      issuer: issuer.issuer,
      jwks_uri: `${issuer.issuer}jwks`,
      token_endpoint: `${issuer.issuer}token`,
      authorization_endpoint: `${issuer.issuer}authorize`,
    })
  }
  issuer.authorizationResponder = ({ url = '/' }, res) => {
    const location = callbackFor(new URL(url, issuer.issuer).href).href
    res.writeHead(302, { location }).end()
  }
  issuer.tokenResponder = async ({ parameters }, res) => {
    const [challenge, nonce] = codeParts(parameters.get('code') ?? '')
    const verifier = parameters.get('code_verifier') ?? ''
    const made = createHash('sha256').update(verifier).digest('base64url')
    if (made !== challenge) {
      json(res, 400, { error: 'invalid_grant' })
      return
    }
    const { claims, ...more } = options()
    const own = { nonce, client_id: undefined, scope: undefined }
    const idToken = await issuer.mint(clientId, { ...more, claims: { ...own, ...claims } })
    json(res, 200, { access_token: 'unused', token_type: 'Bearer', id_token: idToken })
  }
}

/** The callback to which the issuer sends a browser from `location`. Nothing is kept: a code says what it was issued for. */
export function callbackFor(location: string): URL {
  const { searchParams } = new URL(location)
  const callback = new URL(searchParams.get('redirect_uri') ?? '')
  const parts = [searchParams.get('code_challenge'), searchParams.get('nonce')]
  callback.searchParams.set('code', parts.join('.'))
  callback.searchParams.set('state', searchParams.get('state') ?? '')
  return callback
}

function codeParts(code: string): readonly string[] {
  return code.split('.')
}
