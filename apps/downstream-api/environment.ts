import { z } from 'zod'
import { hostFault } from '../shared/loopback-or-word.js'
import * as values from '../../src/config/values.js'
import { isHttpsOrLoopback } from '../../src/http/secure-url.js'

export interface ApiEnvironment {
  readonly host: string
  readonly port: number
  /** Whose tokens are accepted. */
  readonly issuer: string
  /** For whom they have to be. */
  readonly audience: string
  /** The MCP server's page for people. */
  readonly mcpServerPage: URL | undefined
}

const schema = z.object({
  HOST: values.listenHost.default('localhost'),
  PORT: values.port.default(8787),
  AUTH0_DOMAIN: values.domain.optional(),
  ISSUER_BASE_URL: values.issuerUrl
    .refine((url) => isHttpsOrLoopback(new URL(url)), {
      error: 'must be https: keys that come over http may be anybody’s',
    })
    .optional(),
  API_AUTH0_AUDIENCE: values.identifier.optional(),
  MCP_SERVER_URL: values.serverUrl.optional(),
})

const DEVELOPMENT = { issuer: 'http://localhost:9000/', audience: 'http://localhost:8787/' }

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Reads where the API listens, and whose tokens for whom it accepts. Empty values count as absent.
 *
 * With neither issuer nor audience named, it trusts the development authorization server; with one of them, and
 * under NODE_ENV=production, both have to be there. Throws an Error that lists every fault.
 */
export function parseApiEnvironment(variables: Variables): ApiEnvironment {
  const given: Variables = Object.fromEntries(
    Object.entries(variables).filter(([, text]) => text !== undefined && text.trim() !== ''),
  )
  const { data, error } = schema.safeParse(given)
  const exposed = data === undefined ? undefined : hostFault(data.HOST, given)
  const faults = [
    ...(error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...togetherFaults(given),
    ...(exposed === undefined ? [] : [exposed]),
  ]
  if (data === undefined || faults.length > 0) {
    throw new Error(['The API cannot start:', ...faults.map((fault) => `  ${fault}`)].join('\n'))
  }
  const {
    HOST: host,
    PORT: port,
    AUTH0_DOMAIN,
    ISSUER_BASE_URL,
    API_AUTH0_AUDIENCE,
    MCP_SERVER_URL,
  } = data
  const issuer = AUTH0_DOMAIN === undefined ? ISSUER_BASE_URL : `https://${AUTH0_DOMAIN}/`
  return {
    host,
    port,
    issuer: issuer ?? DEVELOPMENT.issuer,
    audience: API_AUTH0_AUDIENCE ?? DEVELOPMENT.audience,
    mcpServerPage: MCP_SERVER_URL && new URL('/', MCP_SERVER_URL),
  }
}

function togetherFaults(given: Variables): string[] {
  const { AUTH0_DOMAIN, ISSUER_BASE_URL, API_AUTH0_AUDIENCE, NODE_ENV } = given
  const issuers = [AUTH0_DOMAIN, ISSUER_BASE_URL].filter((text) => text !== undefined)
  const configured = issuers.length > 0 || API_AUTH0_AUDIENCE !== undefined
  const needed = configured || NODE_ENV === 'production'
  return [
    ...(issuers.length > 1
      ? ['ISSUER_BASE_URL: is set together with AUTH0_DOMAIN. Remove one of them']
      : []),
    ...(needed && issuers.length === 0 ? [NO_ISSUER] : []),
    ...(needed && API_AUTH0_AUDIENCE === undefined ? [NO_AUDIENCE] : []),
  ]
}

const NO_ISSUER =
  "AUTH0_DOMAIN: is missing. Set it to the tenant's domain, or ISSUER_BASE_URL to another authorization server"
const NO_AUDIENCE =
  "API_AUTH0_AUDIENCE: is missing. Set it to this API's identifier at the authorization server"
