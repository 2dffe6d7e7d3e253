import { isHttpsOrLoopback } from '../../../src/http/secure-url.js'
import { withoutUndefined } from '../../../src/options/without-undefined.js'
import { parseOptions, type Parsed } from '../../arguments.js'
import { UsageError } from '../../usage-error.js'
import { parseSignInOptions, type SignInOptions } from '../sign-in/sign-in-options.js'
import { CLIENT_NAMES, type ClientName } from './profiles/client-profile.js'

export interface ConnectorOptions {
  /** The URL as a person would type it into a client. */
  readonly endpoint: URL
  /** Empty: all. */
  readonly clients: readonly ClientName[]
  readonly json: boolean
  /** Whether a client may be registered at the authorization server. */
  readonly registers: boolean
  readonly clientId: string | undefined
  /** The origin of a web page. */
  readonly origin: string | undefined
  /** PEM files with authorities to trust. */
  readonly caFiles: readonly string[]
  readonly timeoutMs: number
  /** `undefined`: nobody is asked to sign in. */
  readonly signIn: SignInOptions | undefined
  /** A tool to call after the sign-in. */
  readonly tool: string | undefined
}

const OPTIONS = {
  connector: { type: 'string' },
  client: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  register: { type: 'boolean', default: false },
  'client-id': { type: 'string' },
  'sign-in': { type: 'boolean', default: false },
  scope: { type: 'string' },
  'redirect-uri': { type: 'string' },
  'no-browser': { type: 'boolean' },
  tool: { type: 'string' },
  origin: { type: 'string' },
  'ca-file': { type: 'string', multiple: true },
  'timeout-seconds': { type: 'string', default: '10' },
  help: { type: 'boolean', default: false },
} as const

const NO_TOKEN = 'This command needs no token.'

export const CONNECTOR_USAGE = `Usage: mcp-on-behalf-of doctor --connector URL [options]

Says which MCP clients can connect to the server at URL, which cannot, at which
step, why, and who has to change what. URL is what people type into a client.
Works with every MCP server that speaks Streamable HTTP; reads no settings.

Goes the way of each client up to the sign-in page, without signing in. It makes
each request once. Of a profile that is marked "by reports", the client itself
could not be run for comparison.

Exit code 0: every client connects, as far as was tried
          1: some clients will fail, or the sign-in did
          2: the command line cannot be understood
          3: no client will connect

  --connector URL      https, or http on this machine
  --client NAME        only this client; may stand several times:
                       ${CLIENT_NAMES.slice(0, 6).join(', ')},
                       ${CLIENT_NAMES.slice(6).join(', ')}
  --register           register a client at the authorization server, to see
                       whether that works and to reach the sign-in page. It is
                       deleted afterwards if the authorization server offers
                       that (RFC 7592); else the report names it
  --client-id ID       a client that is registered already; its redirect URI is
                       http://127.0.0.1/callback
  --origin ORIGIN      check CORS too, for a web page of this origin
  --ca-file PATH       trust this certificate authority (PEM); may stand several
                       times
  --timeout-seconds N  for one request; default: 10
  --json               for machines

Further, as the person at this machine:
  --sign-in            sign in with a browser, list the tools, and see whether
                       the token is for this server; registers a client where
                       --client-id gives none
  --tool NAME          call this tool too, without arguments
  --scope, --redirect-uri, --no-browser
                       as for doctor --sign-in

The server can name further addresses. Those that are not https are not called,
nor is an address of a private network or of this machine, unless URL is of the
same kind. The sign-in page is opened with a client id that does not exist where
neither --register nor --client-id is given, and the token endpoint is sent a
code that does not exist: both are refused, which shows that they are there.
`

/** Whether a command line of `doctor` is about a connector. */
export function asksForConnector(argv: readonly string[]): boolean {
  return argv.some((word) => word === '--connector' || word.startsWith('--connector='))
}

function parsed(argv: readonly string[]): Parsed<typeof OPTIONS> {
  return parseOptions(argv, OPTIONS, NO_TOKEN)
}

/** Reads the options; `undefined` where help is asked for; throws a `UsageError`. */
export function parseConnectorOptions(argv: readonly string[]): ConnectorOptions | undefined {
  if (argv.includes('--help')) return undefined
  const values = parsed(argv)
  return {
    endpoint: endpointOf(values.connector ?? ''),
    clients: (values.client ?? []).map(clientOf),
    json: values.json,
    registers: values.register,
    clientId: values['client-id'],
    origin: values.origin === undefined ? undefined : originOf(values.origin),
    caFiles: values['ca-file'] ?? [],
    timeoutMs: timeoutOf(values['timeout-seconds']),
    signIn: signInOf(values),
    tool: toolOf(values.tool, values['sign-in']),
  }
}

/** The client that is given serves the walk too, and the limit of time is another one. */
function signInOf(values: Parsed<typeof OPTIONS>): SignInOptions | undefined {
  const { 'sign-in': signsIn, scope, 'redirect-uri': redirectUri } = values
  return parseSignInOptions({
    'sign-in': signsIn,
    ...withoutUndefined({
      'client-id': signsIn ? values['client-id'] : undefined,
      scope,
      'redirect-uri': redirectUri,
      'no-browser': values['no-browser'],
    }),
  })
}

function toolOf(name: string | undefined, signsIn: boolean): string | undefined {
  if (name === undefined || signsIn) return name
  throw new UsageError('--tool does nothing without --sign-in.')
}

function endpointOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const bare = url !== undefined && url.hash + url.username + url.password === ''
  if (bare && isHttpsOrLoopback(url)) return url
  throw new UsageError(
    '--connector must be the URL of an MCP server: https://…, or http://… on this machine, without user name and fragment.',
  )
}

function clientOf(text: string): ClientName {
  const found = CLIENT_NAMES.find((name) => name === text)
  if (found !== undefined) return found
  throw new UsageError(`--client must be one of ${CLIENT_NAMES.join(', ')}.`)
}

function originOf(text: string): string {
  if (URL.canParse(text) && new URL(text).origin === text) return text
  throw new UsageError('--origin must be an origin, such as https://app.example.com.')
}

const MAX_SECONDS = 120

function timeoutOf(text: string): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (seconds >= 1 && seconds <= MAX_SECONDS) return seconds * 1_000
  throw new UsageError(`--timeout-seconds must be a whole number from 1 to ${MAX_SECONDS}.`)
}
