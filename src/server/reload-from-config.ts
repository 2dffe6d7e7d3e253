import type { Config } from '../config/config.js'
import type { Fetch } from '../http/fetch-json.js'
import type { Logger } from '../logging/logger.js'
import type { Secret } from '../secret.js'
import type { Tool } from '../tools/tool.js'
import type { ReloadableApp } from './app.js'
import { tellDocuments } from './document-log.js'
import { DocumentSource } from './document-source.js'
import type { ApiWithDocument, DocumentTools } from './document-tools.js'
import { offeredByConfig } from './offered-by-config.js'
import { tellReloaded } from './reload-log.js'
import { ReloadedTools } from './reloaded-tools.js'
import { reportWithheld } from './start-warnings.js'
import { isUnchanged, requiredTools, type RequiredTools } from './tool-changes.js'
import { ToolHistory } from './tool-history.js'
import { handWrittenTools, toolsTogether, type ConfiguredTools } from './tools-of-config.js'

/** What reads the documents of the APIs, by their names. */
export function documentSources(config: Config, fetch: Fetch): ReadonlyMap<string, DocumentSource> {
  return new Map(
    Object.entries(apisWithDocuments(config)).map(([name, { openapi }]) => [
      name,
      new DocumentSource(openapi, { fetch }),
    ]),
  )
}

function apisWithDocuments({ apis }: Config): Readonly<Record<string, ApiWithDocument>> {
  return Object.fromEntries(
    Object.entries(apis).flatMap(([name, { openapi, ...api }]) =>
      openapi === undefined ? [] : [[name, { ...api, openapi }]],
    ),
  )
}

/** What a reload needs beside the configuration. */
export interface ReloadParts {
  readonly own: readonly Tool[] | undefined
  readonly fetch: Fetch
  readonly sources: ReadonlyMap<string, DocumentSource>
  readonly retryKeys: readonly Secret[]
  readonly made: ConfiguredTools
  /** Throws what the start would throw. */
  readonly check: (made: ConfiguredTools) => void
  readonly app: Pick<ReloadableApp, 'replaceTools'>
  readonly log: Logger
}

/** Has the tools of an app follow the documents of its configuration. `undefined` where there are no documents. */
export function reloadFromConfig(config: Config, parts: ReloadParts): ReloadedTools | undefined {
  const { own, fetch, sources, retryKeys, made, log } = parts
  if (made.documents.length === 0) return undefined
  const handWritten = handWrittenTools(config, own)
  const history = new ToolHistory(requirementsIn(config, made))
  const reservedNames = handWritten.map(({ name }) => name)
  return new ReloadedTools({
    ...{ apis: apisWithDocuments(config), sources, documents: made.documents, log },
    making: { fetch, reservedNames, retryKeys },
    replace: async (documents, changed) => {
      const next = await toolsTogether(config, handWritten, documents)
      parts.check(next)
      swap(config, { ...parts, next, changed, history })
    },
  })
}

interface Swap extends Pick<ReloadParts, 'app' | 'log'> {
  readonly next: ConfiguredTools
  readonly changed: readonly DocumentTools[]
  readonly history: ToolHistory
}

function swap(config: Config, { app, log, next, changed, history }: Swap): void {
  const required = requirementsIn(config, next)
  const changes = history.changesTo(required)
  app.replaceTools(offeredByConfig(next), { isTold: !isUnchanged(changes) })
  history.replace(required)
  tellReloaded(changed, changes, log)
  tellDocuments(changed, log)
  reportWithheld(next, log)
}

function requirementsIn({ access }: Config, made: ConfiguredTools): RequiredTools {
  return requiredTools(offeredByConfig(made), made.documents, access.publicTools)
}
