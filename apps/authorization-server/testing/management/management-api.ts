import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Fetch } from '../../../../src/http/fetch-json.js'
import { createSelfSignedCertificate } from '../self-signed-certificate.js'
import { serveTls, trustingFetch } from '../serve-tls.js'
import type { TenantBehavior } from './endpoint.js'
import { ALL_SCOPES, answerCall } from './endpoints.js'
import { json } from './json.js'
import { LaggingReads } from './lagging-reads.js'
import { machineToken, type MachineClient } from './machine-token.js'
import { Refusal } from './refusal.js'
import { newTenant, type Tenant } from './tenant.js'
import { WriteLimit } from './write-limit.js'

export { ALL_SCOPES } from './endpoints.js'

export interface SeenRequest {
  readonly method: string
  /** With `/api/v2`, without the query. */
  readonly path: string
}

/** Where a tenant is, and how it is reached. */
export interface ManagementAddress {
  /** `localhost:<port>`. */
  readonly domain: string
  /** Trusts the tenant. */
  readonly fetch: Fetch
  close(): Promise<void>
}

/** Auth0's Management API over one tenant in memory: bodies, scopes, duplicates and pages are strict. */
export interface ManagementStandIn extends ManagementAddress {
  /** Answers below `/api/v2`, and requests for Management API tokens at `/oauth/token`. */
  readonly handler: RequestListener
  readonly token: string
  readonly machineClient: MachineClient
  readonly tenant: Tenant
  /** How Actions are built. By default they are, after three reads. */
  readonly behavior: TenantBehavior
  /** Set `lag.reads`, and writes stay unseen for so many reads. */
  readonly lag: LaggingReads
  readonly requests: SeenRequest[]
  /** What the token may do. */
  scopes: ReadonlySet<string>
  /** Answers in place of the tenant when it gives something. */
  intercept: ((request: SeenRequest, res: ServerResponse) => boolean) | undefined
  /** Is told of each write that the tenant has taken. */
  afterWrite: ((request: SeenRequest) => void) | undefined
  /** The writes so far. */
  writes(): readonly string[]
}

export interface ManagementStandInOptions {
  /** The clock of the rate limit on token-exchange profiles. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** Starts the Management API alone: nobody can sign in there. */
export async function startManagementApi(
  options: ManagementStandInOptions = {},
): Promise<ManagementStandIn> {
  const certificate = await createSelfSignedCertificate()
  const server = await serveTls(certificate)
  const standIn = createManagementApi(
    {
      domain: `localhost:${server.port}`,
      fetch: trustingFetch(certificate.cert),
      close: () => server.close(),
    },
    options,
  )
  server.attach(standIn.handler)
  return standIn
}

/** Creates the Management API of an empty tenant, to be attached to a server. */
export function createManagementApi(
  address: ManagementAddress,
  { now = Date.now }: ManagementStandInOptions = {},
): ManagementStandIn {
  const profileWrites = new WriteLimit(now)
  const standIn: ManagementStandIn = {
    ...address,
    handler: (req, res) => {
      void answer(standIn, profileWrites, { req, res })
    },
    token: `management-${randomUUID()}-${randomUUID()}`,
    machineClient: { id: 'machine', secret: `machine-secret-${randomUUID()}` },
    tenant: newTenant(),
    behavior: { buildReads: 3, buildFailure: undefined },
    lag: new LaggingReads(),
    requests: [],
    scopes: new Set(ALL_SCOPES.split(' ')),
    intercept: undefined,
    afterWrite: undefined,
    writes: () =>
      standIn.requests
        .filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token')
        .map(({ method, path }) => `${method} ${path}`),
  }
  return standIn
}

async function answer(
  standIn: ManagementStandIn,
  profileWrites: WriteLimit,
  { req, res }: { req: IncomingMessage; res: ServerResponse },
): Promise<void> {
  const url = new URL(req.url ?? '/', 'https://localhost')
  const seen = { method: req.method ?? 'GET', path: url.pathname }
  standIn.requests.push(seen)
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  if (standIn.intercept?.(seen, res) === true) return
  try {
    const text = Buffer.concat(chunks).toString('utf8')
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    if (seen.path === '/oauth/token') {
      machineToken(res, body, { ...standIn, client: standIn.machineClient })
      return
    }
    if (req.headers.authorization !== `Bearer ${standIn.token}`) {
      throw new Refusal(401, 'invalid_token')
    }
    const [status, answered] = answerAt(standIn, profileWrites, { seen, url, body })
    json(res, status, answered)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refuse(res, error)
  }
}

function answerAt(
  standIn: ManagementStandIn,
  profileWrites: WriteLimit,
  { seen, url, body }: { seen: SeenRequest; url: URL; body: unknown },
): ReturnType<typeof answerCall> {
  const { tenant, scopes, behavior, lag } = standIn
  const path = seen.path.replace(/^\/api\/v2/, '')
  const call = { method: seen.method, path, query: url.searchParams, body, scopes, behavior }
  if (seen.method === 'GET') return answerCall(lag.read(tenant), call)
  if (path.startsWith('/token-exchange-profiles')) profileWrites.count()
  const before = structuredClone(tenant)
  const answered = answerCall(tenant, call)
  lag.write(before)
  standIn.afterWrite?.(seen)
  return answered
}

function refuse(res: ServerResponse, { status, errorCode, headers }: Refusal): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  json(res, status, { statusCode: status, error: 'Refused', message: 'As it is', errorCode })
}

/** Refuses as Auth0 does when its rate limit is used up. */
export function rateLimited(res: ServerResponse, resetSeconds: number): void {
  const headers = {
    'X-RateLimit-Limit': '2',
    'X-RateLimit-Remaining': '0',
    'X-RateLimit-Reset': `${resetSeconds}`,
  }
  refuse(res, new Refusal(429, 'too_many_requests', headers))
}
