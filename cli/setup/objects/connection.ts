import { z } from 'zod'
import { listAll } from '../listing.js'
import { readAnswer, type ManagementApi, type Query } from '../management-api.js'
import { SetupError } from '../setup-error.js'

const CONNECTION = z.looseObject({
  id: z.string(),
  name: z.string(),
  is_domain_connection: z.boolean().optional(),
})
const ENABLED = z.looseObject({ client_id: z.string() })

/** A connection as Auth0 knows it. */
export type Connection = z.infer<typeof CONNECTION>

/** All connections of the tenant, or those that a query finds. */
export function listConnections(
  api: ManagementApi,
  query: Query = {},
): Promise<readonly Connection[]> {
  return listAll(api, {
    path: '/connections',
    collection: 'connections',
    entry: CONNECTION,
    query,
    style: 'checkpoints',
  })
}

/** Finds a connection by its name; throws a `SetupError` where the tenant has none. */
export async function requireConnection(api: ManagementApi, name: string): Promise<Connection> {
  const found = await listConnections(api, { name })
  const connection = found.find((candidate) => candidate.name === name)
  if (connection !== undefined) return connection
  throw new SetupError(
    `The tenant has no connection "${name}".`,
    'Name the one that users sign in with by --connection. On-Behalf-Of needs none with --clients none and without --confirmation-page.',
  )
}

export async function readConnection(api: ManagementApi, id: string): Promise<Connection> {
  return readAnswer(CONNECTION, await api.get(connectionPath(id)), connectionPath(id))
}

/** The ids of the clients that may sign users in through a connection. */
export async function enabledClients(api: ManagementApi, id: string): Promise<readonly string[]> {
  const found = await listAll(api, {
    path: `${connectionPath(id)}/clients`,
    collection: 'clients',
    entry: ENABLED,
    style: 'checkpoints',
  })
  return found.map(({ client_id }) => client_id)
}

export function connectionPath(id: string): string {
  return `/connections/${encodeURIComponent(id)}`
}
