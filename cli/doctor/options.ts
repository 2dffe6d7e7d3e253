import { domain, serverUrl } from '../../src/config/values.js'
import { parseOptions } from '../arguments.js'
import { UsageError } from '../usage-error.js'
import { PLAN_RATES, type Plan } from './tenant/exchange-rate-check.js'
import type { TenantAccess } from './tenant/examine-tenant.js'

export interface DoctorOptions {
  readonly json: boolean
  readonly tokenFile: string | undefined
  readonly tokenStdin: boolean
  /** A protected path of the API that answers GET. */
  readonly apiPath: string
  readonly callApi: boolean
  /** Where clients reach the endpoint; `undefined`: where the settings say. */
  readonly endpoint: URL | undefined
  readonly tenant: TenantAccess
}

const OPTIONS = {
  json: { type: 'boolean', default: false },
  'token-file': { type: 'string' },
  'token-stdin': { type: 'boolean', default: false },
  'api-path': { type: 'string', default: '/api/private-scope' },
  'call-api': { type: 'boolean', default: false },
  'server-url': { type: 'string' },
  'management-token-file': { type: 'string' },
  'management-domain': { type: 'string' },
  plan: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const WHERE_TOKENS_GO =
  "A user's access token comes by --token-stdin, --token-file PATH, or MCP_USER_TOKEN (or MCP_USER_TOKEN_FILE)."

export const DOCTOR_USAGE = `Usage: mcp-on-behalf-of doctor [options]

Checks a deployment step by step, with the settings of the server (.env and environment), and says what to do.
Each check is ok, WARN (works, and is probably not meant), WRONG, or "not checkable": not tried, and says what it waits for.
A refusal that the settings or the user's permissions intend is no fault.
Exit code 0: nothing is wrong as far as it was checked; the last line names what was not (--json: complete, notChecked).
          1: something is wrong, or the doctor could not work. 2: the command line cannot be understood.
  --token-stdin, --token-file   an access token of a user for the MCP server: then the whole exchange is made
  --call-api      with such a token: call the API as that user; only this shows that its path and audience are right
  --api-path      a protected path of the API that answers GET; default: /api/private-scope
  --server-url    where clients reach the MCP server; default: MCP_SERVER_URL
  --management-token-file   an Auth0 Management API token: the tenant's objects are looked at
                  (or AUTH0_MANAGEMENT_TOKEN, or the client of setup); only reads
  --management-domain       the tenant's own domain, where AUTH0_DOMAIN is a custom one
  --plan          free, essentials, professional or enterprise: is the exchange rate within it
  --json          for machines
${WHERE_TOKENS_GO}
`

/** Reads the options of `doctor`; `undefined` where help is asked for; throws a `UsageError`. */
export function parseDoctorOptions(argv: readonly string[]): DoctorOptions | undefined {
  const values = parseOptions(argv, OPTIONS, WHERE_TOKENS_GO)
  if (values.help) return undefined
  return {
    json: values.json,
    tokenFile: values['token-file'],
    tokenStdin: values['token-stdin'],
    apiPath: values['api-path'],
    callApi: values['call-api'],
    endpoint: endpointOf(values['server-url']),
    tenant: {
      tokenFile: values['management-token-file'],
      domain: domainOf(values['management-domain']),
      plan: planOf(values.plan),
    },
  }
}

function domainOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const parsed = domain.safeParse(text)
  if (parsed.success) return parsed.data
  throw new UsageError(
    `--management-domain ${parsed.error.issues.map(({ message }) => message).join('; ')}.`,
  )
}

function planOf(text: string | undefined): Plan | undefined {
  if (text === undefined) return undefined
  if (Object.hasOwn(PLAN_RATES, text)) return text as Plan
  throw new UsageError(`--plan has to be one of ${Object.keys(PLAN_RATES).join(', ')}.`)
}

function endpointOf(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined
  const parsed = serverUrl.safeParse(text)
  if (parsed.success) return new URL(`${parsed.data.href.replace(/\/+$/, '')}/mcp`)
  throw new UsageError(
    `--server-url ${parsed.error.issues.map(({ message }) => message).join('; ')}.`,
  )
}
