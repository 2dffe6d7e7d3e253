import { parseOptions } from '../arguments.js'
import { UsageError } from '../usage-error.js'
import { TARGETS, type TargetName } from './targets.js'

export interface ToolsOptions {
  /** Settings that stand in place of those of the environment, by name. */
  readonly settings: Readonly<Record<string, string>>
  /** The configuration file; `undefined`: that of the settings, where `--openapi` does not stand for it. */
  readonly config: string | undefined
  /** One of several APIs. */
  readonly api: string | undefined
  readonly view:
    | { readonly kind: 'overview' | 'json' | 'scopes' }
    | { readonly kind: 'explain'; readonly tool: string }
  /** Whose rules the tools are held against. */
  readonly target: TargetName | undefined
}

/** Each stands for a setting. */
const FOR_SETTINGS = {
  openapi: 'OPENAPI_DOCUMENT',
  operations: 'OPENAPI_OPERATIONS',
  curation: 'OPENAPI_CURATION',
  'server-scopes': 'OPENAPI_SERVER_SCOPES',
  'scopes-missing': 'OPENAPI_SCOPES_MISSING',
  'optional-security': 'OPENAPI_OPTIONAL_SECURITY',
  'answer-bytes': 'OPENAPI_ANSWER_BYTES',
  'max-tools': 'OPENAPI_MAX_TOOLS',
  expose: 'OPENAPI_EXPOSE',
  'api-url': 'API_BASE_URL',
} as const

/** The option that stands for a setting. */
export const OPTION_FOR: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.entries(FOR_SETTINGS).map(([option, setting]) => [setting, `--${option}`]),
  ),
  OPENAPI_OVERLAYS: '--overlay',
}

const TEXT = { type: 'string' } as const
const OPTIONS = {
  openapi: TEXT,
  overlay: { type: 'string', multiple: true },
  operations: TEXT,
  curation: TEXT,
  'server-scopes': TEXT,
  'scopes-missing': TEXT,
  'optional-security': TEXT,
  'answer-bytes': TEXT,
  'max-tools': TEXT,
  expose: TEXT,
  'api-url': TEXT,
  config: TEXT,
  api: TEXT,
  explain: TEXT,
  scopes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  target: TEXT,
  help: { type: 'boolean', default: false },
} as const

const NO_SECRETS = 'This command needs none.'

export const TOOLS_USAGE = `Usage: mcp-on-behalf-of tools --openapi FILE_OR_URL [options]

Shows which tools come out of an OpenAPI document, with the scopes that a client
must hold and those that the token endpoint is asked for, before any server
runs. Reaches nothing but a document at a URL.

Exit code 0: the document is usable
          1: it is not, or an operation is left out because of a fault in it,
             or the target refuses a tool
          2: the command line cannot be understood

  --openapi            the document: a file, an https URL, or http on this
                       machine
  --config             a configuration file, in place of --openapi
  --api                the one API of it to show
Without both, the settings of the server count (environment, .env and
mcp-on-behalf-of.yaml in the working directory). These stand for settings:
  --overlay            OPENAPI_OVERLAYS: an overlay for the document, a file or
                       a URL; may stand several times
  --operations         OPENAPI_OPERATIONS: which operations become tools
  --curation           OPENAPI_CURATION: a file about single operations
  --server-scopes      OPENAPI_SERVER_SCOPES
  --scopes-missing     OPENAPI_SCOPES_MISSING
  --optional-security  OPENAPI_OPTIONAL_SECURITY
  --answer-bytes       OPENAPI_ANSWER_BYTES
  --max-tools          OPENAPI_MAX_TOOLS
  --expose             OPENAPI_EXPOSE: tools, search or both
  --api-url            API_BASE_URL: compared with the servers of the document

  --explain TOOL       one tool: its arguments and where they go, its scopes,
                       the challenge that a client gets, its schema
  --scopes             the scopes that must exist at the authorization server,
                       for both APIs
  --json               everything, for machines
  --target             what ${Object.keys(TARGETS).join(', ')} make of the tools
`

/** Reads the options of `tools`; `undefined` where help is asked for; throws a `UsageError`. */
export function parseToolsOptions(argv: readonly string[]): ToolsOptions | undefined {
  const values = parseOptions(argv, OPTIONS, NO_SECRETS)
  if (values.help) return undefined
  if (values.openapi !== undefined && values.config !== undefined) {
    throw new UsageError('--openapi and --config exclude each other.')
  }
  const views = [
    ...(values.explain === undefined ? [] : [{ kind: 'explain' as const, tool: values.explain }]),
    ...(values.scopes ? [{ kind: 'scopes' as const }] : []),
    ...(values.json ? [{ kind: 'json' as const }] : []),
  ]
  const [view = { kind: 'overview' as const }, ...others] = views
  if (others.length > 0) throw new UsageError('--explain, --scopes and --json exclude each other.')
  const settings = Object.entries(FOR_SETTINGS).flatMap(([option, setting]) => {
    const text = values[option as keyof typeof FOR_SETTINGS]
    return text === undefined ? [] : [[setting, given(`--${option}`, text)] as const]
  })
  return {
    settings: { ...Object.fromEntries(settings), ...overlaysOf(values.overlay) },
    config: values.config,
    api: values.api,
    view,
    target: targetOf(values.target),
  }
}

/** The options that name a document, as other commands take them. */
interface DocumentOptions {
  readonly openapi?: string | undefined
  readonly curation?: string | undefined
  readonly overlay?: readonly string[] | undefined
}

/** The settings that a document on the command line stands for; empty without one. */
export function documentSettings({
  openapi,
  curation,
  overlay,
}: DocumentOptions): Readonly<Record<string, string>> {
  if (openapi === undefined) {
    if (curation === undefined && overlay === undefined) return {}
    throw new UsageError('--curation and --overlay go with --openapi.')
  }
  return {
    OPENAPI_DOCUMENT: given('--openapi', openapi),
    ...(curation === undefined ? {} : { OPENAPI_CURATION: given('--curation', curation) }),
    ...overlaysOf(overlay),
  }
}

/** The setting holds several, with spaces between them. */
function overlaysOf(overlays: readonly string[] | undefined): Readonly<Record<string, string>> {
  if (overlays === undefined) return {}
  const [spaced] = overlays.filter((one) => /\s/.test(one))
  if (spaced !== undefined) throw new UsageError('--overlay has spaces. Rename the file.')
  const settings = overlays.map((one) => given('--overlay', one))
  return { OPENAPI_OVERLAYS: settings.join(' ') }
}

function given(option: string, text: string): string {
  if (text.trim() === '') throw new UsageError(`${option} is empty.`)
  return text
}

function targetOf(text: string | undefined): TargetName | undefined {
  if (text === undefined) return undefined
  if (Object.hasOwn(TARGETS, text)) return text as TargetName
  throw new UsageError(`--target has to be one of ${Object.keys(TARGETS).join(', ')}.`)
}
