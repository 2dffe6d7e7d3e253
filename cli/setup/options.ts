import { readSettings } from '../../src/config/config.js'
import { subjectTokenTypeIssue } from '../../src/config/subject-token-type.js'
import { defaultServerScopes } from './default-server-scopes.js'
import {
  domain as domainSchema,
  baseUrl,
  identifier,
  scopeList,
  serverUrl,
} from '../../src/config/values.js'
import type { z } from 'zod'
import { isHttpsOrLoopback } from '../../src/http/secure-url.js'
import { unionScopes } from '../../src/scopes.js'
import { documentSettings as ofOptions } from '../tools/options.js'
import type { NeededScope, NeededScopes } from '../tools/needed-scopes.js'
import { parseOptions, type Parsed } from '../arguments.js'
import { printable } from '../printable.js'
import { UsageError } from '../usage-error.js'
import type { CommandIo } from '../io.js'
import type { Blueprint, ExchangeProfile } from './blueprint.js'
import { readExport, type ExportOptions } from './export/export-options.js'
import { WHERE_SECRETS_GO, type TokenSources } from './management-token.js'
import { readAssignments, readRoles } from './role-options.js'
import { DEFAULT_SUBJECT_TOKEN_TYPE } from './usage.js'

export interface SetupOptions {
  readonly blueprint: Blueprint
  readonly tokens: TokenSources
  /** `undefined`: none is written. */
  readonly envFile: string | undefined
  readonly force: boolean
  readonly apply: boolean
  readonly dryRun: boolean
  /** Undo the set-up, in place of making it. */
  readonly remove: boolean
  /** Print the plan for another tool, in place of making it. */
  readonly export: ExportOptions | undefined
  /** The document that `OPENAPI_DOCUMENT` names, where that is the one. */
  readonly documentOfSettings?: string | undefined
}

/** `env-file` is not among them: Node.js takes it for an option of its own, wherever it stands. */
const OPTIONS = {
  domain: { type: 'string' },
  profile: { type: 'string', default: 'on-behalf-of' },
  'subject-token-type': { type: 'string' },
  'client-id': { type: 'string' },
  'server-url': { type: 'string', default: 'http://localhost:3001' },
  'server-identifier': { type: 'string' },
  'server-scopes': { type: 'string' },
  'api-identifier': { type: 'string' },
  'api-url': { type: 'string' },
  'api-scopes': { type: 'string' },
  openapi: { type: 'string' },
  curation: { type: 'string' },
  overlay: { type: 'string', multiple: true },
  clients: { type: 'string', default: 'metadata' },
  connection: { type: 'string', default: 'Username-Password-Authentication' },
  'confirmation-page': { type: 'string' },
  role: { type: 'string', multiple: true },
  roles: { type: 'string' },
  assign: { type: 'string', multiple: true },
  remove: { type: 'boolean', default: false },
  export: { type: 'string' },
  output: { type: 'string' },
  'settings-file': { type: 'string', default: '.env' },
  'no-settings-file': { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  'token-file': { type: 'string' },
  'token-stdin': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** The document whose scopes are set up. */
interface SetupDocument {
  /** The settings of the command line, which stand in place of others. */
  readonly settings: Readonly<Record<string, string>>
  /** What `OPENAPI_DOCUMENT` says, where the command line names no document. */
  readonly ofSettings: string | undefined
}

/** Finds the document of the command line or, in place of it, of the settings in this directory; `undefined` without one. */
export function setupDocument(
  argv: readonly string[],
  directory: string,
): SetupDocument | undefined {
  const values = parseOptions(argv, OPTIONS, WHERE_SECRETS_GO)
  if (values.help) return undefined
  const settings = ofOptions(values)
  if (settings['OPENAPI_DOCUMENT'] !== undefined) return { settings, ofSettings: undefined }
  // What is removed does not depend on it.
  const ofSettings = values.remove
    ? undefined
    : readSettings(directory).environment['OPENAPI_DOCUMENT']?.trim()
  return ofSettings === undefined || ofSettings === '' ? undefined : { settings, ofSettings }
}

/** Reads the options of `setup`; `undefined` where help is asked for; throws a `UsageError`. */
export function parseSetupOptions(
  argv: readonly string[],
  io: CommandIo,
  document?: NeededScopes,
): SetupOptions | undefined {
  const values = parseOptions(argv, OPTIONS, WHERE_SECRETS_GO)
  if (values.help) return undefined
  if (values['dry-run'] && values.yes)
    throw new UsageError('--dry-run and --yes exclude each other.')
  return {
    blueprint: readBlueprint(values, io, document),
    tokens: { tokenFile: values['token-file'], tokenStdin: values['token-stdin'] },
    envFile: values['no-settings-file']
      ? undefined
      : given('--settings-file', values['settings-file']),
    force: values.force,
    apply: values.yes,
    dryRun: values['dry-run'],
    remove: values.remove,
    export: readExport(values),
  }
}

/** Those of the document and those that are given; without either, those of the demonstration. */
function readScopes(
  name: string,
  value: string | undefined,
  { needed, otherwise }: { readonly needed: readonly NeededScope[] | undefined; otherwise: string },
): readonly string[] {
  const ofDocument = needed?.map((scope) => scope.name)
  if (value === undefined && ofDocument !== undefined) return ofDocument
  return unionScopes(ofDocument ?? [], read(name, scopeList, value ?? otherwise))
}

function descriptionsOf(needed: readonly NeededScope[] = []): ReadonlyMap<string, string> {
  return new Map(
    needed.flatMap(({ name, description }) => (description === '' ? [] : [[name, description]])),
  )
}

function readBlueprint(
  values: Parsed<typeof OPTIONS>,
  io: CommandIo,
  document: NeededScopes | undefined,
): Blueprint {
  const url = read('--server-url', serverUrl, values['server-url']).href.replace(/\/$/, '')
  const ownIdentifier = values['server-identifier'] ?? `${url}/mcp`
  const server = {
    url,
    identifier: read('--server-identifier', identifier, ownIdentifier),
    scopes: readScopes('--server-scopes', values['server-scopes'], {
      needed: document?.server,
      otherwise: defaultServerScopes(),
    }),
    descriptions: descriptionsOf(document?.server),
  }
  const apiIdentifier = read('--api-identifier', identifier, values['api-identifier'])
  const api = {
    identifier: apiIdentifier,
    url: readApiUrl(values['api-url'], apiIdentifier).href,
    scopes: readScopes('--api-scopes', values['api-scopes'], {
      needed: document?.api,
      otherwise: 'read:private',
    }),
    descriptions: descriptionsOf(document?.api),
  }
  if (api.identifier === server.identifier) {
    throw new UsageError(
      "--api-identifier is the MCP server's own identifier: a token must not be good for both. Give the identifier of the API, or another --server-identifier.",
    )
  }
  const clientId = values['client-id']
  return {
    domain: read('--domain', domainSchema, values.domain ?? io.environment['AUTH0_DOMAIN']),
    profile: readProfile(values.profile, values['subject-token-type']),
    server,
    api,
    clientId: clientId === undefined ? undefined : read('--client-id', identifier, clientId),
    clientsBy: readClients(values.clients),
    connection: given('--connection', values.connection),
    confirmationPage: readConfirmationPage(values['confirmation-page'], url),
    roles: readRoles(values, { server, api }),
    assignments: readAssignments(values.assign),
  }
}

function readProfile(kind: string, subjectTokenType: string | undefined): ExchangeProfile {
  if (kind === 'custom-token-exchange') {
    const type = (subjectTokenType ?? DEFAULT_SUBJECT_TOKEN_TYPE).trim()
    const issue = subjectTokenTypeIssue(type)
    if (issue === undefined) return { kind, subjectTokenType: type }
    throw new UsageError(`--subject-token-type ${issue}.`)
  }
  if (kind !== 'on-behalf-of') {
    throw new UsageError('--profile must be on-behalf-of or custom-token-exchange.')
  }
  if (subjectTokenType === undefined) return { kind }
  throw new UsageError('--subject-token-type goes with --profile custom-token-exchange.')
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

function given(name: string, value: string | undefined): string {
  const text = value?.trim() ?? ''
  if (text === '') throw new UsageError(`${name} is missing.`)
  return text
}

function read<T>(name: string, schema: z.ZodType<T, string>, value: string | undefined): T {
  const parsed = schema.safeParse(given(name, value))
  if (parsed.success) return parsed.data
  throw new UsageError(`${name} ${parsed.error.issues.map(({ message }) => message).join('; ')}.`)
}

function readConfirmationPage(
  use: string | undefined,
  serverAddress: string,
): Blueprint['confirmationPage'] {
  if (use === undefined) return undefined
  if (use !== 'fallback' && use !== 'always') {
    throw new UsageError('--confirmation-page must be fallback or always.')
  }
  if (isHttpsOrLoopback(new URL(serverAddress))) return use
  throw new UsageError(
    '--confirmation-page needs a --server-url that starts with https://: the page has a cookie, and people sign in there.',
  )
}

function readClients(value: string): Blueprint['clientsBy'] {
  const words = value.split(',').map((word) => word.trim())
  const chosen = words.filter((word) => word === 'metadata' || word === 'registration')
  if (value === 'none') return new Set()
  if (chosen.length === words.length) return new Set(chosen)
  throw new UsageError('--clients must be metadata, registration, metadata,registration or none.')
}
