import type { Blueprint } from '../blueprint.js'
import type { ManagementApi } from '../management-api.js'
import { connectionPath, requireConnection } from '../objects/connection.js'
import type { Step } from '../step.js'

/**
 * Promotes the connection to domain level: third-party clients sign users in through such connections alone.
 *
 * Only the one member is sent: an update of `options` would replace them whole.
 */
export function connectionStep(api: ManagementApi, { connection: name }: Blueprint): Step {
  const field = 'is_domain_connection'
  return {
    name: 'connection',
    async inspect() {
      const connection = await requireConnection(api, name)
      const { id, [field]: was = false } = connection
      if (was) return { changes: [] }
      return {
        changes: [
          {
            summary: `promote the connection ${name} to domain level`,
            details: ['is_domain_connection: true: third-party clients may sign its users in'],
            widens: true,
            journal: [{ kind: 'replaced', object: 'connection', id, field, was, now: true }],
            perform: () => api.patch(connectionPath(id), { [field]: true }),
          },
        ],
      }
    },
  }
}
