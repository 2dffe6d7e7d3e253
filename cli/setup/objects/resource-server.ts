import { z } from 'zod'
import { listAll } from '../listing.js'
import { readAnswer, type ManagementApi } from '../management-api.js'
import { ifThere } from './if-there.js'

const POLICY = z.looseObject({ policy: z.string().optional() })

const RESOURCE_SERVER = z.looseObject({
  id: z.string(),
  identifier: z.string(),
  name: z.string().nullish(),
  scopes: z.array(z.looseObject({ value: z.string() })).optional(),
  signing_alg: z.string().optional(),
  token_dialect: z.string().optional(),
  enforce_policies: z.boolean().optional(),
  allow_offline_access: z.boolean().optional(),
  skip_consent_for_verifiable_first_party_clients: z.boolean().optional(),
  subject_type_authorization: z
    .looseObject({ user: POLICY.optional(), client: POLICY.optional() })
    .optional(),
  client_id: z.string().nullish(),
})

/** An API as Auth0 knows it. */
export type ResourceServer = z.infer<typeof RESOURCE_SERVER>

/** Finds an API by its identifier, byte for byte; `undefined` where there is none. */
export async function findResourceServer(
  api: ManagementApi,
  identifier: string,
): Promise<ResourceServer | undefined> {
  const answer = await ifThere(api.get(resourceServerPath(identifier)))
  if (answer === undefined) return undefined
  const found = readAnswer(RESOURCE_SERVER, answer, '/resource-servers')
  return found.identifier === identifier ? found : undefined
}

/** All APIs of the tenant. */
export function listResourceServers(api: ManagementApi): Promise<readonly ResourceServer[]> {
  return listAll(api, {
    path: '/resource-servers',
    collection: 'resource_servers',
    entry: RESOURCE_SERVER,
    style: 'pages',
  })
}

/** By its id, or by its identifier. */
export function resourceServerPath(id: string): string {
  return `/resource-servers/${encodeURIComponent(id)}`
}
