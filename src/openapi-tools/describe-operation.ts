import { z } from 'zod'
import { alternativesOf } from '../tools/alternatives.js'
import { toolDefinition } from '../tools/tool-definition.js'
import type { LocalTool } from '../tools/tool.js'
import { foundOperation, FOUND_OPERATION } from './found-operation.js'
import { noSuchOperation } from './no-such-operation.js'
import type { NamedSearch, SearchedOperation } from './searched-operation.js'

const INPUT = (find: string) =>
  z.strictObject({
    name: z.string('must be the name of an operation').describe(`As ${find} gives it.`),
  })

const OUTPUT = z.object({
  ...FOUND_OPERATION.omit({ summary: true }).shape,
  description: z.string(),
  scopes: z
    .array(z.array(z.string()))
    .describe(
      'Scopes that a call needs at this server: all of one of these lists. Empty: a sign-in is enough.',
    ),
  inputSchema: z.record(z.string(), z.unknown()).describe('JSON Schema of the arguments.'),
})

/** The tool that says all that `tools/list` would say of an operation. */
export function describeOperation(
  operations: readonly SearchedOperation[],
  { find, describe, call }: NamedSearch,
): LocalTool {
  const byName = new Map(operations.map((one) => [one.tool.name, one]))
  const tool: LocalTool<ReturnType<typeof INPUT>, typeof OUTPUT> = {
    name: describe,
    title: 'Describe an operation',
    description: `Describes one operation: what it does, its arguments as JSON Schema, and the scopes that it needs. Read this before ${call}.`,
    inputSchema: INPUT(find),
    outputSchema: OUTPUT,
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    requiredScopes: [],
    // Its answers depend on what the caller may see.
    public: false,
    handler({ name }, { isVisible, nameScopes = (scopes) => scopes }) {
      const operation = byName.get(name)
      if (operation === undefined || isVisible?.(name) !== true) throw noSuchOperation(find)
      const { title, operation: line, tags, writes } = foundOperation(operation)
      const { description = '', inputSchema } = toolDefinition(operation.tool)
      const sets = alternativesOf(operation.tool).map(({ server }) => server)
      const scopes = sets.map((server) => {
        const named = nameScopes(server)
        // Where no client can ask for scopes, they are still what the user has to be given.
        return [...(named.length === 0 ? server : named)]
      })
      const needed = sets.some((set) => set.length === 0) ? [] : scopes
      return {
        ...{ name, title, description, operation: line, tags, writes },
        scopes: needed,
        inputSchema,
      }
    },
    toText: (described) => JSON.stringify(described),
  }
  return tool
}
