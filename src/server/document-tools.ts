import type { ApiConfig, OpenApiConfig } from '../config/api-config.js'
import { ConfigError, type ConfigIssue } from '../config/config-error.js'
import { CURATION } from '../config/config-file-schema.js'
import { decodeText } from '../config/decode-text.js'
import { checkedStructure, placed } from '../config/structure-issues.js'
import { parseYamlText } from '../config/yaml-text.js'
import type { Fetch } from '../http/fetch-json.js'
import { OpenApiDocumentError } from '../openapi-tools/openapi-document-error.js'
import type { OpenApiToolsFault, OpenApiToolsFaultCode } from '../openapi-tools/openapi-tools.js'
import type { CuratedOperation, ToolsFromOpenApiOptions } from '../openapi-tools/options.js'
import { SEARCH_TOOL_NAMES } from '../openapi-tools/search-tool-names.js'
import type { Secret } from '../secret.js'
import { prefixedTools, withoutPrefix, type GeneratedTools } from './prefixed-tools.js'
import { DocumentSource, type SourceContent } from './document-source.js'
import { UnreadDocumentError } from './read-document.js'
import { documentSha256, type ReadOverlays } from './read-overlays.js'

/** What became of the document of one API. */
export interface DocumentTools extends GeneratedTools {
  /** The name of the API. */
  readonly api: string
  /** How messages name the document. */
  readonly document: string
  /** Of its bytes and those of its overlays, in hexadecimal digits. */
  readonly documentSha256: string
  /** Of the document, its overlays and the file of its curation. */
  readonly sourceSha256: string
  /** In front of the names of its tools; empty: nothing. */
  readonly prefix: string
  /** Whether there are tools that find, describe and call the others. */
  readonly isSearched: boolean
}

/** What reading a document needs beside its configuration. */
export interface DocumentToolsOptions {
  /** Reaches documents at URLs. */
  readonly fetch: Fetch
  /** Names that no tool of a document may get. */
  readonly reservedNames: readonly string[]
  /** What reads the documents, by the names of the APIs. Default: each is read once. */
  readonly sources?: ReadonlyMap<string, DocumentSource> | undefined
  /** As those of `ToolsFromOpenApiOptions`. */
  readonly retryKeys?: readonly Secret[] | undefined
}

/** Of tool names that are told. */
const MAX_NAMES = 5
const MAX_TOOL_NAME = 48

/** An API that has a document. */
export type ApiWithDocument = Pick<ApiConfig, 'names'> & {
  readonly baseUrl: URL | undefined
  readonly openapi: OpenApiConfig
}

/**
 * Reads the documents of all APIs and makes their tools, sorted by the name of the API.
 *
 * Rejects with a `ConfigError` that names everything that is wrong with any of them, at once: documents that cannot be read,
 * their faults, names that two tools would have.
 */
export async function toolsOfDocuments(
  apis: Readonly<Record<string, ApiConfig>>,
  options: DocumentToolsOptions,
): Promise<readonly DocumentTools[]> {
  const issues: ConfigIssue[] = []
  const made: { readonly names: ApiConfig['names']; readonly tools: DocumentTools }[] = []
  for (const [api, { openapi, ...rest }] of Object.entries(apis).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    if (openapi === undefined) continue
    try {
      const tools = await toolsOfDocument(api, { ...rest, openapi }, options)
      made.push({ names: rest.names, tools })
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      issues.push(...error.issues)
    }
  }
  issues.push(...clashes(made))
  if (issues.length > 0) throw new ConfigError(issues)
  return made.map(({ tools }) => tools)
}

/** Throws a `ConfigError` that names the tools of different APIs that have the same name. */
export function assertNoClashes(
  documents: readonly DocumentTools[],
  apis: Readonly<Record<string, Pick<ApiConfig, 'names'>>>,
): void {
  const made = documents.flatMap((tools) => {
    const names = apis[tools.api]?.names
    return names === undefined ? [] : [{ names, tools }]
  })
  const issues = clashes(made)
  if (issues.length > 0) throw new ConfigError(issues)
}

/**
 * Reads the document of one API and makes its tools. Rejects with a `ConfigError` that names what is wrong with the curation
 * and with the document.
 */
export async function toolsOfDocument(
  api: string,
  openApi: ApiWithDocument,
  options: DocumentToolsOptions,
): Promise<DocumentTools> {
  const { openapi, names } = openApi
  const source = options.sources?.get(api) ?? new DocumentSource(openapi, options)
  // Never the same as before: this is the first time.
  source.forget()
  const content = await source.read().catch(async (error: unknown) => {
    if (!(error instanceof UnreadDocumentError)) throw error
    const curation = curationOf(openapi, await source.readCuration())
    const overlays = await source.readOverlays()
    const issues = [...overlays.issues, ...curation.issues]
    throw new ConfigError([...issues, unread(openapi, names.api, error)])
  })
  if (content === 'same') throw new TypeError('a document was read that was not asked for')
  return toolsOfContent(api, openApi, { ...options, content })
}

/** As `toolsOfDocument`, of what has been read. */
export async function toolsOfContent(
  api: string,
  openApi: ApiWithDocument,
  { content, ...options }: DocumentToolsOptions & { readonly content: SourceContent },
): Promise<DocumentTools> {
  const { openapi, names } = openApi
  const curation = curationOf(openapi, content.curation)
  const { document: source, overlays, digest: sourceSha256 } = content
  // Loaded here: without a document, nobody needs it.
  const { toolsFromOpenApi } = await import('../openapi-tools/tools-from-openapi.js')
  const { documentName: name, toolPrefix = '' } = openapi
  // What the document is without them is no help.
  if (overlays.issues.length > 0) throw new ConfigError([...overlays.issues, ...curation.issues])
  try {
    const making = makingOptions(api, openApi, { curation, overlays, options })
    const { searchTools, ...made } = toolsFromOpenApi(source, making)
    if (curation.issues.length > 0) throw new ConfigError(curation.issues)
    const tools = prefixedTools(made, toolPrefix)
    const isSearched = searchTools.length > 0
    const of = { prefix: toolPrefix, isSearched }
    const all = [...tools.tools.map((tool) => tool.name), ...searchNamesOf(of)]
    assertNamesFit(all, toolPrefix, names)
    assertNotReserved(searchNamesOf(of), options.reservedNames, names)
    const sha256 = documentSha256(source, overlays.overlays)
    return { ...tools, ...of, api, document: name, documentSha256: sha256, sourceSha256 }
  } catch (error) {
    if (!(error instanceof OpenApiDocumentError)) throw error
    const { faults } = error
    if (curation.issues.length === 0) throw new ConfigError(issuesOf(faults, name))
    const own = faults.filter(({ code }) => !CURABLE.has(code))
    throw new ConfigError([...curation.issues, ...issuesOf(own, name)])
  }
}

/** Faults that may be gone with a curation that can be read. */
const CURABLE: ReadonlySet<OpenApiToolsFaultCode> = new Set([
  ...(['security_missing', 'name', 'server_scopes', 'too_many', 'curation'] as const),
])

function makingOptions(
  api: string,
  { baseUrl, openapi }: ApiWithDocument,
  given: {
    readonly curation: ReadCuration
    readonly overlays: ReadOverlays
    readonly options: DocumentToolsOptions
  },
): ToolsFromOpenApiOptions {
  const { documentName: name, toolPrefix = '', operations, optionNames, ...rest } = openapi
  const { serverScopes, scopesMissing, optionalSecurity, idempotency } = rest
  const { answerBytes, confirm, maxTools, expose } = rest
  return {
    ...{ api, name, baseUrl, curation: given.curation.entries, operations, optionNames },
    ...{ serverScopes, scopesMissing, optionalSecurity, idempotency },
    ...{ answerBytes, confirm, maxTools, expose },
    overlays: given.overlays.overlays,
    retryKeys: given.options.retryKeys,
    reservedNames: withoutPrefix(given.options.reservedNames, toolPrefix),
  }
}

/** A document that cannot be read, as an issue. */
export function unread(
  { documentName }: OpenApiConfig,
  key: string,
  { message }: UnreadDocumentError,
): ConfigIssue {
  return { key: `${key} (${documentName})`, hint: `names a document that ${message}` }
}

/** Each fault as an issue: where, what, and what to change. */
function issuesOf(faults: readonly OpenApiToolsFault[], document: string): readonly ConfigIssue[] {
  const wrong = faults.filter(({ severity }) => severity === 'fault')
  return wrong.map(({ message, cure, pointer, line, source }) => ({
    key: `${placed(source ?? document, line)}${pointer === '#' ? '' : `, ${pointer}`}`,
    hint: `${message}. ${cure}`,
  }))
}

/** The entries of a curation, or what is wrong with it. */
interface ReadCuration {
  readonly entries: Readonly<Record<string, CuratedOperation>> | undefined
  readonly issues: readonly ConfigIssue[]
}

/** `content` is that of its file, where it is one. */
function curationOf(
  { curation, optionNames }: OpenApiConfig,
  content: Uint8Array | undefined,
): ReadCuration {
  if (typeof curation !== 'string') return { entries: curation, issues: [] }
  const text = content && textOf(content)
  if (text === undefined) {
    const hint = 'names a file that cannot be read. Check path and permissions'
    const key = optionNames?.curation ?? 'curation'
    return { entries: undefined, issues: [{ key, value: curation, hint }] }
  }
  const issues: ConfigIssue[] = []
  const entries = checkedStructure(CURATION, parseYamlText(text), { name: curation, issues })
  return { entries, issues }
}

function textOf(content: Uint8Array): string | undefined {
  try {
    return decodeText(content)
  } catch {
    return undefined
  }
}

function assertNamesFit(all: readonly string[], prefix: string, names: ApiConfig['names']): void {
  const long = all.filter((name) => name.length > MAX_TOOL_NAME)
  if (long.length === 0) return
  const hint = `makes names of tools longer than ${MAX_TOOL_NAME} characters with the prefix ${prefix}: ${listed(long)}. Shorten the prefix, or give those tools a shorter name by the curation`
  throw new ConfigError([{ key: names.api, hint }])
}

/** The names of the tools that stand for the operations. Documents of the same prefix have them together. */
export function searchNamesOf({
  prefix,
  isSearched,
}: Pick<DocumentTools, 'prefix' | 'isSearched'>): readonly string[] {
  return isSearched ? SEARCH_TOOL_NAMES.map((name) => `${prefix}${name}`) : []
}

/** Derived names get out of the way of reserved ones; those of the search are what they are. */
function assertNotReserved(
  searchNames: readonly string[],
  reserved: readonly string[],
  names: ApiConfig['names'],
): void {
  const taken = searchNames.filter((name) => reserved.includes(name))
  if (taken.length === 0) return
  const hint = `would have tools of the same names as tools of your own: ${listed(taken)}. Rename yours, or give the API a toolPrefix in the configuration file`
  throw new ConfigError([{ key: names.api, hint }])
}

/** Tools of different APIs that have the same name. */
function clashes(
  made: readonly { readonly names: ApiConfig['names']; readonly tools: DocumentTools }[],
): readonly ConfigIssue[] {
  return made.flatMap(({ names, tools }, index) => {
    const own = new Set(tools.tools.map(({ name }) => name))
    const search = new Set(searchNamesOf(tools))
    return made.slice(0, index).flatMap((other) => {
      const others = other.tools.tools.map(({ name }) => name)
      const shared = [
        ...others.filter((name) => own.has(name) || search.has(name)),
        ...searchNamesOf(other.tools).filter((name) => own.has(name)),
      ]
      if (shared.length === 0) return []
      const hint = `has tools of the same names as the API ${other.tools.api} (${other.names.api}): ${listed(shared)}. Give one of the APIs a toolPrefix in the configuration file, or rename the tools by its curation`
      return [{ key: names.api, hint }]
    })
  })
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMES
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
