import { z } from 'zod'
import { defineTool } from './define-tool.js'

/** Answers who is calling, from the verified token alone. */
export const whoami = defineTool({
  name: 'whoami',
  title: 'Who am I',
  description: 'Returns the identity and the scopes of the signed-in user.',
  inputSchema: z.object({}),
  outputSchema: z.object({
    user: z.object({
      sub: z.string(),
      client_id: z.string(),
      org_id: z.string().optional(),
      name: z.string().optional(),
      email: z.string().optional(),
    }),
    scopes: z.array(z.string()),
  }),
  annotations: { readOnlyHint: true, openWorldHint: false },
  requiredScopes: ['tool:whoami'],
  toText: (output) => JSON.stringify(output, undefined, 2),
  handler(_input, { caller }) {
    return {
      user: {
        sub: caller.subject,
        client_id: caller.clientId,
        org_id: caller.organization,
        name: caller.name,
        email: caller.email,
      },
      scopes: [...caller.scopes],
    }
  },
})
