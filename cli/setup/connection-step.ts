import { z } from 'zod'
import type { Blueprint } from './blueprint.js'
import { listAll } from './listing.js'
import type { ManagementApi } from './management-api.js'
import { SetupError } from './setup-error.js'
import type { Step } from './step.js'

const CONNECTION = z.looseObject({
  id: z.string(),
  name: z.string(),
  is_domain_connection: z.boolean().optional(),
})

/**
 * Promotes the connection to domain level: third-party clients sign users in through such connections alone.
 *
 * Only the one member is sent: an update of `options` would replace them whole.
 */
export function connectionStep(api: ManagementApi, { connection: name }: Blueprint): Step {
  return {
    name: 'connection',
    async inspect() {
      const found = await listAll(api, {
        path: '/connections',
        collection: 'connections',
        entry: CONNECTION,
        query: { name },
        style: 'checkpoints',
      })
      const connection = found.find((candidate) => candidate.name === name)
      if (connection === undefined) {
        throw new SetupError(
          `The tenant has no connection "${name}".`,
          'Name the one that users sign in with by --connection, or leave third-party clients out by --clients none.',
        )
      }
      if (connection.is_domain_connection === true) return { changes: [] }
      return {
        changes: [
          {
            summary: `promote the connection ${name} to domain level`,
            details: ['is_domain_connection: true: third-party clients may sign its users in'],
            widens: true,
            perform: () =>
              api.patch(`/connections/${encodeURIComponent(connection.id)}`, {
                is_domain_connection: true,
              }),
          },
        ],
      }
    },
  }
}
