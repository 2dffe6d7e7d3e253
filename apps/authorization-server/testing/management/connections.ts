import { z } from 'zod'
import { byId, valid, type Endpoint } from './endpoint.js'
import { checkpoints } from './pages.js'
import { Refusal } from './refusal.js'
import type { ConnectionEntry } from './tenant.js'

// `options` would be replaced whole.
const UPDATE = z.strictObject({ is_domain_connection: z.boolean() })
const CLIENTS = z
  .array(z.strictObject({ client_id: z.string(), status: z.boolean() }))
  .min(1)
  .max(50)

/** Connections, and the clients that may sign users in through them. */
export const CONNECTIONS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/connections', scope: 'read:connections' },
    answer: ({ connections }, { query }) => {
      const [name, strategy] = [query.get('name'), query.get('strategy')]
      const found = connections.filter(
        (connection) =>
          (name === null || connection['name'] === name) &&
          (strategy === null || connection['strategy'] === strategy),
      )
      return [200, checkpoints(found.map(shown), 'connections', query)]
    },
  },
  {
    ...{ method: 'GET', path: '/connections/:id', scope: 'read:connections' },
    answer: ({ connections }, _call, id) => [200, shown(byId(connections, id, 'id'))],
  },
  {
    ...{ method: 'PATCH', path: '/connections/:id', scope: 'update:connections' },
    answer: ({ connections }, { body }, id) => {
      const connection = byId(connections, id, 'id')
      Object.assign(connection, valid(UPDATE, body))
      return [200, shown(connection)]
    },
  },
  {
    ...{ method: 'GET', path: '/connections/:id/clients', scope: 'read:connections' },
    answer: ({ connections }, { query }, id) => {
      const { enabled_clients: enabled } = byId(connections, id, 'id')
      const clients = enabled.map((client_id) => ({ client_id }))
      // This list is never a bare array.
      const page = checkpoints(clients, 'clients', query)
      return [200, Array.isArray(page) ? { clients: page } : page]
    },
  },
  {
    ...{ method: 'PATCH', path: '/connections/:id/clients', scope: 'update:connections' },
    answer: ({ connections, clients }, { body }, id) => {
      const connection = byId(connections, id, 'id')
      for (const { client_id, status } of valid(CLIENTS, body)) {
        const known = clients.some((client) => client['client_id'] === client_id)
        if (!known) throw new Refusal(404, 'inexistent_client')
        const others = connection.enabled_clients.filter((other) => other !== client_id)
        connection.enabled_clients = status ? [...others, client_id] : others
      }
      return [204]
    },
  },
]

function shown({ enabled_clients: _hidden, ...connection }: ConnectionEntry): object {
  return connection
}
