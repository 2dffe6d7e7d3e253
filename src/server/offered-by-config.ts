import type { OfferedTools } from './served-tools.js'
import { toolOriginsOf } from './tool-facts.js'
import { toolGroupsOf } from './tool-groups.js'
import type { ConfiguredTools } from './tools-of-config.js'

/** What an app offers of the tools of a configuration, and says of them. */
export function offeredByConfig({
  offered: tools,
  baselineScopes,
  documents,
}: ConfiguredTools): OfferedTools {
  return {
    ...{ tools, baselineScopes },
    toolGroups: toolGroupsOf(documents),
    toolOrigins: toolOriginsOf(documents),
    toolVersions: Object.fromEntries(
      documents.flatMap(({ tools: made, sourceSha256 }) =>
        made.map(({ name }) => [name, sourceSha256]),
      ),
    ),
  }
}
