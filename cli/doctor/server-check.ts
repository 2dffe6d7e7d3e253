import type { Config } from '../../src/config/config.js'
import { fetchJson, RemoteDocumentError } from '../../src/http/fetch-json.js'
import { jsonObject } from '../../src/http/json-object.js'
import { metadataUrl } from '../../src/http/protected-resource-metadata.js'
import { parseScope } from '../../src/scopes.js'
import { USER_AGENT } from '../../src/version.js'
import { printable } from '../printable.js'
import { CHECK_TIMEOUT_MS, type Deployment } from './deployment.js'
import type { Diagnosis } from './diagnosis.js'
import { notCheckable, ok, wrong, type Finding, type Observation } from './finding.js'
import { checkIdentifier } from './identifier-check.js'
import { networkFault, type NetworkFault } from './network-fault.js'
import { redirectTarget } from './redirect-target.js'

const CHALLENGE = 'server.challenge'
const METADATA = 'server.metadata'

/** What the running server tells a client that has no token. */
export interface ProtectedResource {
  readonly resource: string
  /** The first is the one that clients go to. */
  readonly authorizationServers: readonly string[]
  /** What a client asks for at first: what the challenge names, else what the metadata does. */
  readonly scopes: readonly string[]
}

/**
 * The running MCP server as a client meets it at `endpoint`: 401 with a challenge, whose metadata names this server and
 * this issuer. Gives what it says, where that is right.
 */
export async function checkServer(
  deployment: Deployment,
  endpoint: URL,
  diagnosis: Diagnosis,
): Promise<ProtectedResource | undefined> {
  diagnosis.tell(checkIdentifier(deployment.config.resource.resource, endpoint))
  const answer = await sendRequest(deployment, endpoint)
  if ('message' in answer) {
    diagnosis.tell(silent(answer, endpoint))
    return undefined
  }
  await answer.body?.cancel().catch(() => undefined)
  const metadataAt = metadataUrl(endpoint, deployment.config.resource.metadataLocation).href
  const challenge = judgeChallenge(answer, endpoint, metadataAt)
  diagnosis.tell({ ...challenge, explainedBy: ['server.identifier'] })
  if (!diagnosis.canMake(METADATA)) return undefined
  const { finding, members } = await checkMetadata(deployment, metadataAt)
  diagnosis.tell(finding)
  if (members === undefined) return undefined
  const named = parseScope(parameterOf(answer, 'scope'))
  return {
    resource: deployment.config.resource.resource,
    authorizationServers: textsIn(members['authorization_servers']),
    scopes: named.length > 0 ? named : parseScope(textsIn(members['scopes_supported']).join(' ')),
  }
}

function textsIn(list: unknown): readonly string[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : []
}

function silent({ message, hint }: NetworkFault, endpoint: URL): Finding {
  return notCheckable(
    CHALLENGE,
    `Nothing answers at ${endpoint.href}: ${message}.`,
    `Start the server. If it runs, MCP_SERVER_URL (or --server-url) is not where it is reached. ${hint}`,
  )
}

function judgeChallenge(response: Response, endpoint: URL, expected: string): Finding {
  if (response.status !== 401) return unexpected(response, endpoint)
  const named = parameterOf(response, 'resource_metadata')
  if (named === undefined) {
    return wrong(
      CHALLENGE,
      `${endpoint.href} answers 401 without resource_metadata in WWW-Authenticate.`,
      'What answers there is not this server, or a proxy in front removes the header.',
    )
  }
  return named === expected
    ? ok(CHALLENGE, `${endpoint.href} answers 401 and names its metadata.`)
    : elsewhere(named, expected)
}

async function sendRequest({ fetch }: Deployment, endpoint: URL): Promise<Response | NetworkFault> {
  try {
    return await fetch(endpoint, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(CHECK_TIMEOUT_MS),
      headers: {
        'user-agent': USER_AGENT,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      // Needs a token also where some tools are public.
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'resources/list' }),
    })
  } catch (error) {
    return networkFault(error, endpoint)
  }
}

/** A parameter of the challenge (RFC 9110 §11.6.1), as this server writes it: quoted. */
function parameterOf(
  { headers }: Response,
  name: 'resource_metadata' | 'scope',
): string | undefined {
  const pattern = new RegExp(`(?:^|[\\s,])${name}="([^"]*)"`)
  return pattern.exec(headers.get('www-authenticate') ?? '')?.[1]
}

function unexpected(response: Response, endpoint: URL): Finding {
  const { status } = response
  const target = redirectTarget(response, endpoint)
  const leads = target === undefined ? '' : `, a redirect to ${printable(target)}`
  const message = `${endpoint.href} answers a request without a token with ${status}${leads}, where 401 is due.`
  if (status >= 200 && status < 300) {
    return wrong(CHALLENGE, message, 'What answers there lets everybody in: it is not this server.')
  }
  if (status === 403) {
    return wrong(
      CHALLENGE,
      message,
      'The server does not know the host by which it was called: set MCP_SERVER_URL to the URL under which clients come, or add the host to ALLOWED_HOSTS.',
    )
  }
  return wrong(
    CHALLENGE,
    message,
    'Correct MCP_SERVER_URL (the endpoint is /mcp below it) or the proxy in front of the server, and look into the log of the server.',
  )
}

function elsewhere(named: string, expected: string): Finding {
  return wrong(
    CHALLENGE,
    `The challenge sends clients to ${printable(named)}; for this URL it would have to be ${expected}.`,
    'The running server believes to be elsewhere: set its MCP_SERVER_URL to the URL under which clients come, and restart it.',
  )
}

async function checkMetadata(
  { config, fetch }: Deployment,
  url: string,
): Promise<{
  readonly finding: Observation
  readonly members?: Readonly<Record<string, unknown>>
}> {
  let members: Readonly<Record<string, unknown>>
  try {
    members = jsonObject(
      JSON.stringify(await fetchJson(url, { fetch, timeoutMs: CHECK_TIMEOUT_MS })),
    )
  } catch (error) {
    if (!(error instanceof RemoteDocumentError)) throw error
    const finding = wrong(
      METADATA,
      `${url} cannot be had (${error.status ?? error.reason}).`,
      'Let the proxy in front pass /.well-known/oauth-protected-resource on to the server.',
    )
    return { finding }
  }
  const fault = metadataFault(members, config)
  if (fault !== undefined) return { finding: fault }
  const finding = ok(METADATA, 'The metadata names this resource and this issuer.')
  return { finding, members }
}

function metadataFault(
  { resource, authorization_servers: servers }: Readonly<Record<string, unknown>>,
  config: Config,
): Observation | undefined {
  if (resource !== config.resource.resource) {
    return {
      ...wrong(
        METADATA,
        `The server names its resource ${printable(resource)}, these settings say ${printable(config.resource.resource)}.`,
        'Give the running server the same AUTH0_AUDIENCE, a trailing slash included, and restart it.',
      ),
      explainedBy: ['server.identifier'],
    }
  }
  if (Array.isArray(servers) && servers.includes(config.issuer.primary)) return undefined
  return {
    ...wrong(
      METADATA,
      `The server sends clients to ${printable(servers)}, these settings say ${config.issuer.primary}.`,
      'Give the running server the same AUTH0_DOMAIN or ISSUER_BASE_URL, and restart it.',
    ),
    explainedBy: ['issuer.metadata'],
  }
}
