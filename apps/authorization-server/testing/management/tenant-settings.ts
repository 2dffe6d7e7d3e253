import { z } from 'zod'
import { valid, type Endpoint } from './endpoint.js'
import type { Entry } from './tenant.js'

const UPDATE = z.strictObject({
  resource_parameter_profile: z.enum(['audience', 'compatibility']).optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().nullish(),
  dynamic_client_registration_security_mode: z.enum(['strict', 'permissive']).optional(),
  flags: z.strictObject({ enable_dynamic_client_registration: z.boolean() }).optional(),
})

/** One object; `flags` is merged by its keys, `null` takes a setting back. */
export const TENANT_SETTINGS: readonly Endpoint[] = [
  {
    ...{ method: 'GET', path: '/tenants/settings', scope: 'read:tenant_settings' },
    answer: ({ settings }) => [200, settings],
  },
  {
    ...{ method: 'PATCH', path: '/tenants/settings', scope: 'update:tenant_settings' },
    answer: ({ settings }, { body }) => {
      const { flags, ...rest } = valid(UPDATE, body)
      const merged = { ...(settings['flags'] as Entry), ...flags }
      Object.assign(settings, rest, { flags: merged })
      for (const [key, value] of Object.entries(settings)) {
        if (value === null) Reflect.deleteProperty(settings, key)
      }
      return [200, settings]
    },
  },
]
