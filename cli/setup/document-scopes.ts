import { createDocumentFetch } from '../../src/server/connections.js'
import { toolsOfDocument } from '../../src/server/document-tools.js'
import type { CommandIo } from '../io.js'
import { neededScopes, type NeededScopes } from '../tools/needed-scopes.js'
import { toolsSources } from '../tools/sources.js'

/**
 * The scopes that the tools of an OpenAPI document need: the list that `tools --scopes` prints. `settings` stand in place of
 * those of the environment, by name.
 *
 * Rejects with a `ConfigError` for a document that is faulty, and with a `UsageError` for options that cannot be used.
 */
export async function documentScopes(
  settings: Readonly<Record<string, string>>,
  { directory, fetch }: Pick<CommandIo, 'directory' | 'fetch'>,
): Promise<NeededScopes> {
  const { sources, outgoing } = toolsSources(
    { settings, config: undefined, api: undefined, view: { kind: 'scopes' }, target: undefined },
    directory,
  )
  const [source] = sources
  if (source === undefined) return { server: [], api: [] }
  const own = createDocumentFetch(outgoing)
  try {
    const reach = { fetch: fetch ?? own.fetch, reservedNames: [] }
    const { report } = await toolsOfDocument(source.api, source, reach)
    return neededScopes(report)
  } finally {
    await own.close()
  }
}
