import { z } from 'zod'
import type { Blueprint } from './blueprint.js'
import { readAnswer, type ManagementApi } from './management-api.js'
import { becomes, type Step } from './step.js'

const PATH = '/tenants/settings'
const SETTINGS = z.looseObject({
  resource_parameter_profile: z.string().optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
  dynamic_client_registration_security_mode: z.string().optional(),
  flags: z.looseObject({ enable_dynamic_client_registration: z.boolean().optional() }).optional(),
})

/**
 * The tenant's settings that MCP clients need: `resource` selects the API, and, where that is wanted, clients may
 * come with a metadata document or register themselves.
 */
export function tenantSettingsStep(api: ManagementApi, { clientsBy }: Blueprint): Step {
  return {
    name: 'tenant settings',
    async inspect() {
      const current = readAnswer(SETTINGS, await api.get(PATH), PATH)
      const wanted = {
        resource_parameter_profile: 'compatibility',
        ...(clientsBy.size === 0 ? {} : { authorization_response_iss_parameter_supported: true }),
        ...(clientsBy.has('metadata') ? { client_id_metadata_document_supported: true } : {}),
      }
      const patch: Record<string, unknown> = Object.fromEntries(
        Object.entries(wanted).filter(([key, value]) => current[key] !== value),
      )
      const details = Object.entries(patch).map(([key, value]) => becomes(key, current[key], value))
      const opens = opensRegistration(current, clientsBy)
      if (opens) {
        patch['flags'] = { enable_dynamic_client_registration: true }
        patch['dynamic_client_registration_security_mode'] = 'strict'
        details.push(
          `${becomes('flags.enable_dynamic_client_registration', false, true)}: anybody may register a client at the tenant, as a third party`,
          becomes(
            'dynamic_client_registration_security_mode',
            current.dynamic_client_registration_security_mode,
            'strict',
          ),
        )
      }
      const widens = opens || 'client_id_metadata_document_supported' in patch
      const summary = 'change the settings of the tenant'
      return {
        changes:
          details.length === 0
            ? []
            : [
                {
                  summary,
                  details,
                  widens,
                  perform: () => api.patch(PATH, patch),
                },
              ],
        notes: remarks(current, clientsBy),
      }
    },
  }
}

function opensRegistration(
  { flags }: z.infer<typeof SETTINGS>,
  clientsBy: Blueprint['clientsBy'],
): boolean {
  return clientsBy.has('registration') && flags?.enable_dynamic_client_registration !== true
}

function remarks(
  current: z.infer<typeof SETTINGS>,
  clientsBy: Blueprint['clientsBy'],
): readonly string[] {
  const notes: string[] = []
  const registers = current.flags?.enable_dynamic_client_registration === true
  if (registers && current.dynamic_client_registration_security_mode === 'permissive') {
    notes.push(
      'dynamic_client_registration_security_mode is "permissive" and stays so: clients that register themselves are not held to the stricter rules.',
    )
  }
  if (registers && !clientsBy.has('registration')) {
    notes.push('Dynamic client registration is on already and stays so.')
  }
  return notes
}
