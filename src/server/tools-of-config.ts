import { API_OF_SETTINGS } from '../config/apis-config.js'
import type { Config } from '../config/config.js'
import type { Fetch } from '../http/fetch-json.js'
import { createGetDatetime } from '../tools/get-datetime.js'
import { greet } from '../tools/greet.js'
import { offeredTools, type WithheldTool } from '../tools/offered-tools.js'
import { requiredScopesOf } from '../tools/required-scopes.js'
import type { Secret } from '../secret.js'
import type { Tool } from '../tools/tool.js'
import { whoami } from '../tools/whoami.js'
import type { DocumentSource } from './document-source.js'
import { toolsOfDocuments, type DocumentTools } from './document-tools.js'

/** The tools of a server, and where they come from. */
export interface ConfiguredTools {
  /** All of them, those that are not offered included. */
  readonly all: readonly Tool[]
  /** Those that the exchange ceiling leaves. */
  readonly offered: readonly Tool[]
  readonly withheld: readonly WithheldTool[]
  readonly documents: readonly DocumentTools[]
  /** What a client is told to ask for at sign-in. `undefined`: the scopes of all tools. */
  readonly baselineScopes: readonly string[] | undefined
}

/** What the tools of a configuration need beside it. */
export interface ToolsOfConfigOptions {
  /** In place of the demonstration tools. */
  readonly own?: readonly Tool[] | undefined
  readonly fetch: Fetch
  /** What reads the documents, by the names of the APIs. Default: each is read once. */
  readonly sources?: ReadonlyMap<string, DocumentSource> | undefined
  /** As those of `ToolsFromOpenApiOptions`. */
  readonly retryKeys?: readonly Secret[] | undefined
}

/**
 * Makes the tools that a configuration describes: those of the documents of its APIs, beside `own`, or beside the demonstration
 * tools where those are on. Rejects with a `ConfigError` that names all that is wrong with the documents.
 */
export async function toolsOfConfig(
  config: Config,
  { own, fetch, sources, retryKeys }: ToolsOfConfigOptions,
): Promise<ConfiguredTools> {
  const handWritten = handWrittenTools(config, own)
  const reservedNames = handWritten.map(({ name }) => name)
  const making = { fetch, reservedNames, sources, retryKeys }
  const documents = await toolsOfDocuments(config.apis, making)
  return toolsTogether(config, handWritten, documents)
}

/** The tools that come from no document. */
export function handWrittenTools(
  config: Config,
  own: readonly Tool[] | undefined,
): readonly Tool[] {
  return own ?? demonstrationTools(config)
}

/** The tools of a server, from those that come from documents and those that do not. */
export async function toolsTogether(
  config: Config,
  handWritten: readonly Tool[],
  documents: readonly DocumentTools[],
): Promise<ConfiguredTools> {
  const made = [...handWritten, ...documents.flatMap(({ tools }) => tools)]
  const { tools: within, withheld } = offeredTools(made, config.exchange.scopeCeiling)
  const search = await searchToolsOf(documents, within)
  const offered = [...within, ...search]
  return {
    all: [...made, ...search],
    offered,
    withheld,
    documents,
    baselineScopes:
      config.resource.baselineScopes ??
      (documents.length === 0 ? undefined : baselineOf(offered, documents)),
  }
}

/** Loaded where there is something to search. */
async function searchToolsOf(
  documents: readonly DocumentTools[],
  offered: readonly Tool[],
): Promise<readonly Tool[]> {
  if (!documents.some(({ isSearched }) => isSearched)) return []
  const { searchToolsOfDocuments } = await import('./search-tools-of-documents.js')
  return searchToolsOfDocuments(documents, offered)
}

/** The tools that come with the standalone server, whatever the configuration lets it offer. */
export function serverTools(): readonly Tool[] {
  return [whoami, greet, createGetDatetime()]
}

function demonstrationTools({ demoTools, apis }: Config): readonly Tool[] {
  if (!demoTools) return []
  return serverTools().filter(
    ({ downstream }) => downstream === undefined || Object.hasOwn(apis, API_OF_SETTINGS),
  )
}

/** Reading is for every client; writing is asked for when a tool needs it. All of it, where nothing only reads. */
export function baselineOf(
  offered: readonly Tool[],
  documents: readonly DocumentTools[],
): readonly string[] | undefined {
  const ofDocuments = new Set(documents.flatMap(({ tools }) => tools.map(({ name }) => name)))
  const reading = offered.filter(
    ({ name, annotations }) => ofDocuments.has(name) && annotations?.readOnlyHint === true,
  )
  if (reading.length === 0) return undefined
  const handWritten = offered.filter(({ name }) => !ofDocuments.has(name))
  return requiredScopesOf([...handWritten, ...reading])
}
