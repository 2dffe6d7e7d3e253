import { z } from 'zod'
import { readAnswer, type ManagementApi } from '../management-api.js'

export const TENANT_SETTINGS_PATH = '/tenants/settings'

const SETTINGS = z.looseObject({
  resource_parameter_profile: z.string().optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().nullish(),
  dynamic_client_registration_security_mode: z.string().optional(),
  flags: z.looseObject({ enable_dynamic_client_registration: z.boolean().optional() }).optional(),
})

/** The settings of the tenant itself, as Auth0 knows them. */
export type TenantSettings = z.infer<typeof SETTINGS>

export async function readTenantSettings(api: ManagementApi): Promise<TenantSettings> {
  return readAnswer(SETTINGS, await api.get(TENANT_SETTINGS_PATH), TENANT_SETTINGS_PATH)
}

/** Whether anybody may register a client (RFC 7591). */
export function registersClients({ flags }: TenantSettings): boolean {
  return flags?.enable_dynamic_client_registration === true
}
