import { z } from 'zod'
import { withoutUndefined } from '../../../src/options/without-undefined.js'
import { Secret } from '../../../src/secret.js'
import type { GuardedIo } from '../../guarded-output.js'
import type { KnownClient } from '../found.js'
import { listAll } from '../listing.js'
import { readAnswer, type ManagementApi } from '../management-api.js'
import { isCreatedBySetup } from '../marks.js'
import { ifThere } from './if-there.js'

const CLIENT = z.looseObject({
  client_id: z.string(),
  client_secret: z.string().optional(),
  app_type: z.string().nullish(),
  callbacks: z.array(z.string()).nullish(),
  grant_types: z.array(z.string()).nullish(),
  jwt_configuration: z.looseObject({ alg: z.string().nullish() }).nullish(),
  is_first_party: z.boolean().nullish(),
  oidc_conformant: z.boolean().nullish(),
  resource_server_identifier: z.string().nullish(),
  token_endpoint_auth_method: z.string().nullish(),
  client_authentication_methods: z.looseObject({}).nullish(),
  is_token_endpoint_ip_header_trusted: z.boolean().nullish(),
  token_exchange: z
    .looseObject({ allow_any_profile_of_type: z.array(z.string()).optional() })
    .nullish(),
  client_metadata: z.record(z.string(), z.unknown()).nullish(),
})

/** A client (application) as Auth0 knows it. */
export type Client = z.infer<typeof CLIENT>

/** The clients of the tenant itself, all or those of one type; not those that third parties have registered. */
export function listClients(api: ManagementApi, appType?: string): Promise<readonly Client[]> {
  return listAll(api, {
    path: '/clients',
    collection: 'clients',
    entry: CLIENT,
    query: { is_first_party: 'true', ...withoutUndefined({ app_type: appType }) },
    style: 'pages',
  })
}

/** Reads the answer to a request that is about one client. */
export function readClient(answer: unknown): Client {
  return readAnswer(CLIENT, answer, '/clients')
}

/** Gets a client; `undefined` where there is none with this id. */
export async function clientById(
  api: ManagementApi,
  clientId: string,
): Promise<Client | undefined> {
  const answer = await ifThere(api.get(clientPath(clientId)))
  return answer === undefined ? undefined : readClient(answer)
}

export function clientPath(clientId: string): string {
  return `/clients/${encodeURIComponent(clientId)}`
}

/** The metadata of a client; Auth0 takes texts alone. */
export function metadataOf({
  client_metadata: metadata,
}: Client): Readonly<Record<string, string>> {
  const texts = Object.entries(metadata ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(texts)
}

/** The kinds of token exchange that a client may use. */
export function exchangesOf({ token_exchange: exchange }: Client): readonly string[] {
  return exchange?.allow_any_profile_of_type ?? []
}

/** A client as later steps need it; its secret is kept out of all output. */
export function knownClient(client: Client, keep: GuardedIo['keep']): KnownClient {
  const metadata = metadataOf(client)
  const { client_id: clientId, client_secret: secret } = client
  return {
    clientId,
    secret: secret === undefined ? undefined : keep(new Secret(secret)),
    isOurs: isCreatedBySetup(metadata),
    metadata,
  }
}
