import { z } from 'zod'
import { shownList } from '../openapi/shown.js'
import type { CallingTool } from '../tools/tool.js'
import { noSuchOperation } from './no-such-operation.js'
import type { NamedSearch, SearchedOperation } from './searched-operation.js'

/** The tool through which operations are called. A call that names one is a call of that one's tool, and never gets to its handler. */
export function callOperation(
  operations: readonly SearchedOperation[],
  { find, describe, call }: NamedSearch,
): CallingTool {
  return {
    name: call,
    title: 'Call an operation',
    description: `Calls one operation of the API as the signed-in user. Find it with ${find}, and read with ${describe} which arguments it takes.`,
    inputSchema: z.strictObject(
      {
        name: z.string('must be the name of an operation').describe(`As ${find} gives it.`),
        arguments: z
          .record(z.string(), z.unknown(), 'must be an object with the arguments of the operation')
          .optional()
          .describe('Of the operation, by their names. Left out: none.'),
      },
      {
        error: (issue) => (issue.code === 'unrecognized_keys' ? misplaced(issue.keys) : undefined),
      },
    ),
    // Those of the worst operation.
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
    requiredScopes: [],
    callsTools: operations.map(({ tool }) => tool.name),
    handler: () => {
      throw noSuchOperation(find)
    },
  }
}

/** Models give the arguments of the operation beside its name. */
function misplaced(names: readonly string[]): string {
  return `has ${shownList(names)} beside "name". The arguments of the operation go into "arguments"`
}
