import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createSelfSignedCertificate } from '../self-signed-certificate.js'
import type { Fetch } from '../../../../src/http/fetch-json.js'
import { Refusal } from './refusal.js'
import { answerCall, newTenant, type Tenant } from './tenant.js'
import { serveTls, trustingFetch } from '../serve-tls.js'
import { json } from './json.js'

export const ALL_SCOPES =
  'read:tenant_settings update:tenant_settings read:connections update:connections read:resource_servers create:resource_servers update:resource_servers read:clients create:clients update:clients read:client_keys read:client_grants create:client_grants update:client_grants read:roles create:roles update:roles'

export interface SeenRequest {
  readonly method: string
  /** With `/api/v2`, without the query. */
  readonly path: string
}

/** Auth0's Management API over one tenant in memory: bodies, scopes, duplicates and pages are strict. */
export interface ManagementStandIn {
  /** `localhost:<port>`. */
  readonly domain: string
  readonly fetch: Fetch
  readonly token: string
  readonly machineClient: { readonly id: string; readonly secret: string }
  readonly tenant: Tenant
  readonly requests: SeenRequest[]
  /** What the token may do. */
  scopes: ReadonlySet<string>
  /** Answers in place of the tenant when it gives something. */
  intercept: ((request: SeenRequest, res: ServerResponse) => boolean) | undefined
  /** The writes so far. */
  writes(): readonly string[]
  close(): Promise<void>
}

export async function startManagementApi(): Promise<ManagementStandIn> {
  const certificate = await createSelfSignedCertificate()
  const server = await serveTls(certificate)
  const standIn: ManagementStandIn = {
    domain: `localhost:${server.port}`,
    fetch: trustingFetch(certificate.cert),
    token: `management-${randomUUID()}-${randomUUID()}`,
    machineClient: { id: 'machine', secret: `machine-secret-${randomUUID()}` },
    tenant: newTenant(),
    requests: [],
    scopes: new Set(ALL_SCOPES.split(' ')),
    intercept: undefined,
    writes: () =>
      standIn.requests
        .filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token')
        .map(({ method, path }) => `${method} ${path}`),
    close: () => server.close(),
  }
  server.attach((req, res) => {
    void answer(standIn, req, res)
  })
  return standIn
}

async function answer(
  standIn: ManagementStandIn,
  req: IncomingMessage,
  res: ServerResponse,
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
      machineToken(standIn, body, res)
      return
    }
    if (req.headers.authorization !== `Bearer ${standIn.token}`) {
      throw new Refusal(401, 'invalid_token')
    }
    const path = seen.path.replace(/^\/api\/v2/, '')
    const { tenant, scopes } = standIn
    const [status, answered] = answerCall(tenant, {
      ...{ method: seen.method, path, body, scopes },
      query: url.searchParams,
    })
    json(res, status, answered)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refuse(res, error)
  }
}

function machineToken(
  { domain, machineClient, token }: ManagementStandIn,
  body: unknown,
  res: ServerResponse,
): void {
  const { grant_type, client_id, client_secret, audience } = (body ?? {}) as Record<string, unknown>
  const known = client_id === machineClient.id && client_secret === machineClient.secret
  if (!known) {
    json(res, 401, { error: 'access_denied', error_description: 'Unauthorized' })
  } else if (grant_type !== 'client_credentials' || audience !== `https://${domain}/api/v2/`) {
    json(res, 403, { error: 'access_denied', error_description: 'Service not found' })
  } else {
    json(res, 200, { access_token: token, token_type: 'Bearer', expires_in: 86400 })
  }
}

function refuse(res: ServerResponse, { status, errorCode }: Refusal): void {
  json(res, status, { statusCode: status, error: 'Refused', message: 'As it is', errorCode })
}

/** Refuses as Auth0 does when its rate limit is used up. */
export function rateLimited(res: ServerResponse, resetSeconds: number): void {
  res.setHeader('X-RateLimit-Limit', '2')
  res.setHeader('X-RateLimit-Remaining', '0')
  res.setHeader('X-RateLimit-Reset', `${resetSeconds}`)
  refuse(res, new Refusal(429, 'too_many_requests'))
}
