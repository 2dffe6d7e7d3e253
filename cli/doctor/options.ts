import { domain, serverUrl } from '../../src/config/values.js'
import { parseOptions } from '../arguments.js'
import { documentSettings } from '../tools/options.js'
import { UsageError } from '../usage-error.js'
import {
  parseSignInOptions,
  SIGN_IN_OPTIONS,
  type SignInOptions,
} from './sign-in/sign-in-options.js'
import { PLAN_RATES, type Plan } from './tenant/exchange-rate-check.js'
import type { TenantAccess } from './tenant/examine-tenant.js'

export interface DoctorOptions {
  readonly json: boolean
  readonly tokenFile: string | undefined
  readonly tokenStdin: boolean
  /** A protected path of the API that answers GET. */
  readonly apiPath: string
  readonly callApi: boolean
  /** `undefined`: nobody is asked to sign in. */
  readonly signIn: SignInOptions | undefined
  /** Where clients reach the endpoint; `undefined`: where the settings say. */
  readonly endpoint: URL | undefined
  readonly tenant: TenantAccess
  /** Settings that stand in place of those of the environment, by name. */
  readonly settings: Readonly<Record<string, string>>
}

const OPTIONS = {
  json: { type: 'boolean', default: false },
  'token-file': { type: 'string' },
  'token-stdin': { type: 'boolean', default: false },
  'api-path': { type: 'string', default: '/api/private-scope' },
  'call-api': { type: 'boolean', default: false },
  'server-url': { type: 'string' },
  openapi: { type: 'string' },
  curation: { type: 'string' },
  overlay: { type: 'string', multiple: true },
  ...SIGN_IN_OPTIONS,
  'management-token-file': { type: 'string' },
  'management-domain': { type: 'string' },
  plan: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

const WHERE_TOKENS_GO =
  "A user's access token comes by --token-stdin, --token-file PATH, or MCP_USER_TOKEN (or MCP_USER_TOKEN_FILE)."

export const DOCTOR_USAGE = `Usage: mcp-on-behalf-of doctor [options]

Checks a deployment step by step, with the settings of the server (.env and
environment), and says what to do. Each check is ok, WARN (works, and is
probably not meant), WRONG, or "not checkable": not tried, and says what it
waits for. A refusal that the settings or the user's permissions intend is no
fault.

Exit code 0: nothing is wrong as far as it was checked; the last line names
             what was not (--json: complete, notChecked)
          1: something is wrong, or the doctor could not work
          2: the command line cannot be understood

  --server-url         where clients reach the MCP server; default:
                       MCP_SERVER_URL
  --api-path           a protected path of the API that answers GET; default:
                       /api/private-scope
  --openapi            OPENAPI_DOCUMENT: looks at the deployment as it would be
                       with the tools of this document; --curation and
                       --overlay (may stand several times) go with it
  --json               for machines

With a document, the last part of the report compares the scopes that its tools
need with those that the authorization server defines and grants, and with those
of the tokens.

With a user, the whole exchange is made. Either sign in:
  --sign-in            sign in with a browser on this machine, as an MCP client
                       does, and call the API as that user
  --client-id          a native, public client for it, or the https address of
                       a client ID metadata document; default: what the
                       authorization server offers, its own metadata document
                       for a server on this machine, else dynamic registration
  --scope              the scopes to ask for; default: what the server names
  --redirect-uri       where the answer is received; default:
                       http://127.0.0.1/callback, at any free port
  --no-browser         show the address only
  --timeout-seconds    how long the sign-in may take; default: 300
or give an access token for the MCP server:
  --token-stdin, --token-file PATH, or MCP_USER_TOKEN (or MCP_USER_TOKEN_FILE)
  --call-api           call the API as that user; only this shows that its path
                       and audience are right

For any MCP server, without settings:
  --connector URL      which MCP clients can connect to the server at URL, and
                       why the others cannot; see doctor --connector URL --help

At an Auth0 tenant, its settings are looked at as well (read only), with
AUTH0_MANAGEMENT_TOKEN, the Management API client of setup, or
  --management-token-file PATH
  --management-domain  the tenant's own domain, where tokens name a custom one
  --plan               free, essentials, professional or enterprise: is the
                       exchange rate within what the plan allows
`

/** Reads the options of `doctor`; `undefined` where help is asked for; throws a `UsageError`. */
export function parseDoctorOptions(argv: readonly string[]): DoctorOptions | undefined {
  const values = parseOptions(argv, OPTIONS, WHERE_TOKENS_GO)
  if (values.help) return undefined
  const signIn = parseSignInOptions(values)
  if (signIn !== undefined && (values['token-stdin'] || values['token-file'] !== undefined)) {
    throw new UsageError('--sign-in and a given token exclude each other.')
  }
  return {
    json: values.json,
    tokenFile: values['token-file'],
    tokenStdin: values['token-stdin'],
    apiPath: values['api-path'],
    callApi: values['call-api'] || signIn !== undefined,
    endpoint: endpointOf(values['server-url']),
    signIn,
    settings: documentSettings(values),
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
