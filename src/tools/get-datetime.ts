import { z } from 'zod'
import { systemClock, type Clock } from '../time/clock.js'
import { defineTool } from './tool.js'

/** Creates the tool that tells the server's time; any signed-in user may call it. */
export function createGetDatetime(clock: Clock = systemClock) {
  return defineTool({
    name: 'get_datetime',
    title: 'Date and time',
    description: 'Returns the current date and time in UTC, as ISO 8601.',
    inputSchema: z.object({}),
    outputSchema: z.object({ datetime: z.iso.datetime() }),
    annotations: { readOnlyHint: true, openWorldHint: false },
    requiredScopes: [],
    toText: ({ datetime }) => datetime,
    handler: () => ({ datetime: new Date(clock()).toISOString() }),
  })
}
