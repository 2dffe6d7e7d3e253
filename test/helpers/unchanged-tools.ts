import { randomUUID } from 'node:crypto'
import { createConfirmation } from '../../src/confirmation/confirmation.js'
import type { Logger } from '../../src/logging/logger.js'
import { servedTools, type ServedTools } from '../../src/server/served-tools.js'
import { ACCESS_DEFAULTS } from '../../src/tools/access.js'
import type { ToolSets } from '../../src/tools/tool-set.js'
import type { Tool } from '../../src/tools/tool.js'

/** The tools of a server that is put together by hand. `canChange`: clients are promised to hear of others. */
export function unchangedTools(
  tools: readonly Tool[],
  {
    log,
    access = {},
    canChange = false,
  }: {
    readonly log: Logger
    readonly access?: Partial<typeof ACCESS_DEFAULTS>
    readonly canChange?: boolean
  },
): ToolSets<ServedTools> {
  const current = servedTools(
    { tools },
    {
      ...{ log, createReference: randomUUID, securitySchemes: true, hasPolicy: false },
      resolved: {
        access: { ...ACCESS_DEFAULTS, ...access },
        callerPolicy: { sessionClaim: 'sid', scopePrefix: undefined },
      },
      confirmation: () => createConfirmation({ log }),
    },
  )
  return { current, canChange }
}
