import { z } from 'zod'
import { ManagementError } from '../management-error.js'
import { readAnswer, type ManagementApi } from '../management-api.js'

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
  const path = `/resource-servers/${encodeURIComponent(identifier)}`
  try {
    const found = readAnswer(RESOURCE_SERVER, await api.get(path), path)
    return found.identifier === identifier ? found : undefined
  } catch (error) {
    if (error instanceof ManagementError && error.status === 404) return undefined
    throw error
  }
}
