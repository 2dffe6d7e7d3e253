import { z } from 'zod'
import { defineTool } from './define-tool.js'

const SHOWN = z.object({
  msg: z.string(),
  sub: z.string(),
  scopes: z.string(),
  actor: z.string().optional(),
})

/** The API says null where nobody acts for the user. Left out of the tool's output: a list of types is a schema that some clients refuse. */
const API_ANSWER = SHOWN.extend({ actor: z.string().nullable().optional() }).transform(
  ({ actor, ...rest }) => (typeof actor === 'string' ? { ...rest, actor } : rest),
)

/** Clients send null or an empty text for an argument that a person left out. */
function noneIfEmpty(value: unknown): unknown {
  return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value
}

/** Greets the caller with what the protected API says to the signed-in user. */
export const greet = defineTool({
  name: 'greet',
  title: 'Greet',
  description: 'Greets the signed-in user and shows what the protected API answers to them.',
  inputSchema: z.object({
    name: z
      .preprocess(noneIfEmpty, z.string().trim().max(200).optional())
      .optional()
      .describe('Whom to greet'),
  }),
  outputSchema: z.object({ greeting: z.string(), sub: z.string(), api: SHOWN }),
  annotations: { readOnlyHint: true },
  requiredScopes: ['tool:greet'],
  downstream: { api: 'api', scopes: ['read:private'] },
  toText: ({ greeting, api }) => `${greeting}\nThe API says: ${JSON.stringify(api)}`,
  async handler({ name }, { caller, downstream }) {
    const api = await downstream.json('/api/private-scope', { schema: API_ANSWER })
    return { greeting: `Hello, ${name ?? 'there'} (${caller.subject})!`, sub: caller.subject, api }
  },
})
