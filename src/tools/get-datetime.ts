import { z } from 'zod'
import { systemClock, type Clock } from '../time/clock.js'
import { defineTool } from './define-tool.js'

/** The format alone: the pattern that `z.iso.datetime()` adds would make every list of tools longer. */
const DATETIME = z.string().meta({ format: 'date-time', description: 'ISO 8601, in UTC' })

/** Creates the tool that tells the server's time; any signed-in user may call it, and anybody where it is made public. */
export function createGetDatetime(clock: Clock = systemClock) {
  return defineTool({
    name: 'get_datetime',
    title: 'Date and time',
    description: 'Returns the current date and time in UTC, as ISO 8601.',
    inputSchema: z.object({}),
    outputSchema: z.object({ datetime: DATETIME }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    requiredScopes: [],
    public: true,
    toText: ({ datetime }) => datetime,
    handler: () => ({ datetime: new Date(clock()).toISOString() }),
  })
}
