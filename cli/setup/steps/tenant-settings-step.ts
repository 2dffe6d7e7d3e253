import type { Blueprint } from '../blueprint.js'
import type { FieldValue } from '../journal/journal-entry.js'
import type { PlannedEntry } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import {
  readTenantSettings,
  registersClients,
  TENANT_SETTINGS_PATH,
  type TenantSettings,
} from '../objects/tenant-settings.js'
import { becomes, type Step } from '../step.js'

/**
 * The tenant's settings that MCP clients need: `resource` selects the API, and, where that is wanted, clients may
 * come with a metadata document or register themselves.
 */
export function tenantSettingsStep(api: ManagementApi, { clientsBy }: Blueprint): Step {
  return {
    name: 'tenant settings',
    async inspect() {
      const current = await readTenantSettings(api)
      const opens = opensRegistration(current, clientsBy)
      const fields = wantedFields(clientsBy, opens).filter(([key, value]) => current[key] !== value)
      const details = fields.map(([key, value]) => becomes(key, current[key], value))
      if (opens) {
        details.push(
          `${becomes('flags.enable_dynamic_client_registration', false, true)}: anybody may register a client at the tenant, as a third party`,
        )
      }
      const flags = opens ? { flags: { enable_dynamic_client_registration: true } } : {}
      const patch = { ...Object.fromEntries(fields), ...flags }
      const change = {
        summary: 'change the settings of the tenant',
        details,
        widens: opens || 'client_id_metadata_document_supported' in patch,
        journal: journalOf(current, fields, opens),
        perform: () => api.patch(TENANT_SETTINGS_PATH, patch),
      }
      return {
        changes: details.length === 0 ? [] : [change],
        notes: remarks(current, clientsBy),
      }
    },
  }
}

/** The settings that setup writes, but for `flags`. `opens`: whether dynamic registration is switched on. */
export function wantedFields(
  clientsBy: Blueprint['clientsBy'],
  opens: boolean,
): readonly (readonly [string, string | boolean])[] {
  return [
    ['resource_parameter_profile', 'compatibility'],
    ...(clientsBy.size === 0
      ? []
      : [['authorization_response_iss_parameter_supported', true] as const]),
    ...(clientsBy.has('metadata')
      ? [['client_id_metadata_document_supported', true] as const]
      : []),
    ...(opens ? [['dynamic_client_registration_security_mode', 'strict'] as const] : []),
  ]
}

function opensRegistration(current: TenantSettings, clientsBy: Blueprint['clientsBy']): boolean {
  return clientsBy.has('registration') && !registersClients(current)
}

function journalOf(
  current: TenantSettings,
  fields: readonly (readonly [string, string | boolean])[],
  opens: boolean,
): readonly PlannedEntry[] {
  const entry = (field: string, was: unknown, now: string | boolean): PlannedEntry => ({
    ...{ kind: 'replaced', object: 'tenant', id: '', field },
    ...{ was: (was ?? null) as FieldValue, now },
  })
  const simple = fields.map(([field, now]) => entry(field, current[field], now))
  const before = current.flags?.enable_dynamic_client_registration ?? false
  const registration = entry('flags.enable_dynamic_client_registration', before, true)
  return opens ? [...simple, registration] : simple
}

function remarks(current: TenantSettings, clientsBy: Blueprint['clientsBy']): readonly string[] {
  const notes: string[] = []
  const registers = registersClients(current)
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
