import {
  readTenantSettings,
  registersClients,
  type TenantSettings,
} from '../../setup/objects/tenant-settings.js'
import { warning, wrong, type Finding } from '../finding.js'
import type { TenantCheck } from './tenant-check.js'

/** Whether MCP clients that nobody has registered by hand can get in. */
export function letsClientsIn(settings: TenantSettings): boolean {
  return settings.client_id_metadata_document_supported === true || registersClients(settings)
}

/** Whether the `resource` that MCP clients send selects the API (RFC 8707). */
export const settingsCheck: TenantCheck = {
  check: 'tenant.settings',
  fine: 'The resource that MCP clients name selects the API.',
  async look({ api }) {
    const { resource_parameter_profile: profile } = await readTenantSettings(api)
    return profile === 'compatibility' ? [] : [withoutResource(profile ?? 'audience')]
  },
}

function withoutResource(profile: string): Finding {
  return wrong(
    'tenant.settings',
    `resource_parameter_profile is "${profile}": Auth0 does not look at the resource that MCP clients name, and gives them a token that is for no API.`,
    'Set resource_parameter_profile to "compatibility": mcp-on-behalf-of setup does, or Dashboard, Settings, Advanced, Resource Parameter Compatibility Profile.',
  )
}

/** How MCP clients become clients of the tenant. */
export const registrationCheck: TenantCheck = {
  check: 'tenant.registration',
  fine: 'MCP clients can come with a client ID metadata document or register themselves.',
  async look({ api }) {
    const settings = await readTenantSettings(api)
    if (!letsClientsIn(settings)) return [nobodyGetsIn()]
    const lax = settings.dynamic_client_registration_security_mode === 'permissive'
    return registersClients(settings) && lax ? [permissive()] : []
  },
}

function nobodyGetsIn(): Finding {
  return warning(
    'tenant.registration',
    'Client ID metadata documents and dynamic client registration are both off: an MCP client gets in only if somebody has registered it by hand.',
    'If other clients should get in, run mcp-on-behalf-of setup with --clients metadata, or turn on client ID metadata documents in the Dashboard: Settings, Advanced.',
  )
}

function permissive(): Finding {
  return warning(
    'tenant.registration',
    'dynamic_client_registration_security_mode is "permissive": clients that register themselves are not held to the stricter rules for third parties.',
    'Set it to "strict" (PATCH /api/v2/tenants/settings), unless older clients need it.',
  )
}
