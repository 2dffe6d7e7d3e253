import { defaultServerScopes } from './default-server-scopes.js'
import {
  domain as domainSchema,
  baseUrl,
  identifier,
  scopeList,
  serverUrl,
} from '../../src/config/values.js'
import type { z } from 'zod'
import { parseOptions } from '../arguments.js'
import { printable } from '../printable.js'
import { UsageError } from '../usage-error.js'
import type { CommandIo } from '../io.js'
import type { Blueprint } from './blueprint.js'
import { WHERE_SECRETS_GO, type TokenSources } from './management-token.js'

export interface SetupOptions {
  readonly blueprint: Blueprint
  readonly tokens: TokenSources
  /** `undefined`: none is written. */
  readonly envFile: string | undefined
  readonly force: boolean
  readonly apply: boolean
  readonly dryRun: boolean
}

const OPTIONS = {
  domain: { type: 'string' },
  'server-url': { type: 'string', default: 'http://localhost:3001' },
  'server-identifier': { type: 'string' },
  'server-scopes': { type: 'string', default: defaultServerScopes() },
  'api-identifier': { type: 'string' },
  'api-url': { type: 'string' },
  'api-scopes': { type: 'string', default: 'read:private' },
  clients: { type: 'string', default: 'metadata' },
  connection: { type: 'string', default: 'Username-Password-Authentication' },
  role: { type: 'string' },
  'env-file': { type: 'string', default: '.env' },
  'no-env-file': { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  'token-file': { type: 'string' },
  'token-stdin': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

export const SETUP_USAGE = `Usage: mcp-on-behalf-of setup --domain <tenant> --api-identifier <identifier> [options]

Brings an Auth0 tenant into line for On-Behalf-Of token exchange and writes .env. Shows its plan; deletes nothing.
  --domain             the tenant's own domain, not a custom one; or AUTH0_DOMAIN
  --api-identifier     the protected API's identifier, byte for byte
  --api-url            where the protected API is; default: its identifier, if that is a URL
  --api-scopes         the API's scopes that tools need; default: "read:private"
  --server-url         where clients reach the MCP server; default: http://localhost:3001
  --server-identifier  the MCP server's identifier; default: its endpoint, <server-url>/mcp
  --server-scopes      the MCP server's own scopes; default: "${defaultServerScopes()}"
  --clients            how MCP clients get in that nobody registers by hand: metadata (client ID metadata
                       documents), registration (dynamic client registration), metadata,registration, or none.
                       default: metadata
  --connection         whose users may sign in through such clients; default: Username-Password-Authentication
  --role               a role with all these scopes, created or extended
  --env-file           where to write the settings; default: .env      --no-env-file: nowhere
  --force              replace that file if it says something else
  --dry-run            show the plan, change nothing
  --yes                apply the plan
  --token-file, --token-stdin   where the Management API token comes from
${WHERE_SECRETS_GO}
`

/** Reads the options of `setup`; `undefined` where help is asked for; throws a `UsageError`. */
export function parseSetupOptions(
  argv: readonly string[],
  io: CommandIo,
): SetupOptions | undefined {
  const values = parseOptions(argv, OPTIONS, WHERE_SECRETS_GO)
  if (values.help) return undefined
  if (values['dry-run'] && values.yes)
    throw new UsageError('--dry-run and --yes exclude each other.')
  const server = read('--server-url', serverUrl, values['server-url']).href.replace(/\/$/, '')
  const apiIdentifier = read('--api-identifier', identifier, values['api-identifier'])
  return {
    blueprint: {
      domain: read('--domain', domainSchema, values.domain ?? io.environment['AUTH0_DOMAIN']),
      server: {
        url: server,
        identifier: read(
          '--server-identifier',
          identifier,
          values['server-identifier'] ?? `${server}/mcp`,
        ),
        scopes: read('--server-scopes', scopeList, values['server-scopes']),
      },
      api: {
        identifier: apiIdentifier,
        url: readApiUrl(values['api-url'], apiIdentifier).href,
        scopes: read('--api-scopes', scopeList, values['api-scopes']),
      },
      clientsBy: readClients(values.clients),
      connection: values.connection,
      role: values.role,
    },
    tokens: { tokenFile: values['token-file'], tokenStdin: values['token-stdin'] },
    envFile: values['no-env-file'] ? undefined : values['env-file'],
    force: values.force,
    apply: values.yes,
    dryRun: values['dry-run'],
  }
}

/** The identifier stands in for an address that is not given, where it is one. */
function readApiUrl(given: string | undefined, apiIdentifier: string): URL {
  if (given !== undefined) return read('--api-url', baseUrl, given)
  const { success, data } = baseUrl.safeParse(apiIdentifier)
  if (success) return data
  throw new UsageError(
    `--api-url is missing: the identifier ${printable(apiIdentifier)} is no URL.`,
  )
}

function read<T>(name: string, schema: z.ZodType<T, string>, value: string | undefined): T {
  if (value === undefined || value.trim() === '') throw new UsageError(`${name} is missing.`)
  const parsed = schema.safeParse(value.trim())
  if (parsed.success) return parsed.data
  throw new UsageError(`${name} ${parsed.error.issues.map(({ message }) => message).join('; ')}.`)
}

function readClients(value: string): Blueprint['clientsBy'] {
  const words = value.split(',').map((word) => word.trim())
  const chosen = words.filter((word) => word === 'metadata' || word === 'registration')
  if (value === 'none') return new Set()
  if (chosen.length === words.length) return new Set(chosen)
  throw new UsageError('--clients must be metadata, registration, metadata,registration or none.')
}
