import type { Tenant } from '../../apps/authorization-server/testing/management/tenant.js'
import { unmarked } from '../../cli/setup/marks.js'

type Members = Readonly<Record<string, unknown>>

/** Stands for the client that exchanges tokens, whatever its id is. */
export const EXCHANGING_CLIENT = 'the exchanging client'
/** Stands for the client of the confirmation page, whatever its id is. */
export const PAGE_CLIENT = 'the client of the confirmation page'
export const THIRD_PARTIES = 'third-party clients'

/** What a plan makes of a tenant, in one form, wherever it is read from. */
export interface ExportedPlan {
  readonly settings: Members
  readonly registration: boolean
  /** By identifier. */
  readonly apis: Readonly<Record<string, { readonly members: Members; readonly scopes: unknown }>>
  readonly client: Members
  readonly pageClient: Members | undefined
  readonly grants: readonly Members[]
  readonly connection: {
    readonly atDomainLevel: boolean
    readonly ofTheClient: boolean
    readonly ofThePageClient: boolean
  }
  readonly action: Members | undefined
  readonly profile: Members | undefined
  readonly roles: readonly Members[]
  /** `email: role`. */
  readonly members: readonly string[]
}

const SETTINGS = [
  ...['resource_parameter_profile', 'client_id_metadata_document_supported'],
  ...['authorization_response_iss_parameter_supported'],
  'dynamic_client_registration_security_mode',
]

/** What has come of a new tenant, without the marks of setup. */
export function planInTenant(
  tenant: Tenant,
  { before }: { readonly before: Tenant },
): ExportedPlan {
  const [client = {}, pageClient] = tenant.clients
  const id = client['client_id']
  const [action] = tenant.actions
  const [profile] = tenant.tokenExchangeProfiles
  const [connection] = tenant.connections
  const registration = flagsOf(tenant)['enable_dynamic_client_registration'] === true
  const changed = SETTINGS.filter((name) => tenant.settings[name] !== before.settings[name])
  // Auth0 begins with it, so setup need not write it; an export says what it has to be.
  if (registration) changed.push('dynamic_client_registration_security_mode')
  return {
    settings: Object.fromEntries(changed.map((name) => [name, tenant.settings[name]])),
    registration,
    apis: Object.fromEntries(
      tenant.resourceServers
        .filter(({ is_system: system }) => system !== true)
        .map(({ id: _id, client_id: _client, identifier, scopes, name, ...members }) => [
          String(identifier),
          { members: { ...members, name: unmarked(String(name)) }, scopes },
        ]),
    ),
    client: withoutMarks(client),
    pageClient: pageClient && withoutMarks(pageClient),
    grants: tenant.clientGrants.map(({ audience, scope, subject_type: type, ...holder }) => ({
      ...{ audience, scope, type },
      holder: holder['client_id'] === id ? EXCHANGING_CLIENT : THIRD_PARTIES,
    })),
    connection: {
      atDomainLevel: connection?.['is_domain_connection'] === true,
      ofTheClient: connection?.enabled_clients.includes(String(id)) === true,
      ofThePageClient:
        connection?.enabled_clients.includes(String(pageClient?.['client_id'])) === true,
    },
    action: action && {
      name: unmarked(action.name),
      code: action.deployed?.code.replace(/\n\/\/ mcp-on-behalf-of setup: [^\n]*\n$/, ''),
      runtime: action.deployed?.runtime,
      dependencies: action.deployed?.dependencies,
      triggers: action.supported_triggers,
      secrets: action.draft.secrets.map(({ name, value }) => ({
        name,
        value: value === id ? EXCHANGING_CLIENT : value,
      })),
    },
    profile: profile && {
      name: unmarked(profile.name),
      type: profile.type,
      subjectTokenType: profile.subject_token_type,
      action: profile.action_id === action?.id ? unmarked(action.name) : undefined,
    },
    roles: tenant.roles.map(({ name, description, permissions }) => ({
      ...{ name, permissions },
      description: unmarked(String(description)),
    })),
    members: tenant.users.flatMap(({ email, roles }) =>
      tenant.roles
        .filter((role) => roles.includes(role.id))
        .map((role) => `${String(email)}: ${String(role['name'])}`),
    ),
  }
}

function flagsOf({ settings }: Tenant): Members {
  return settings['flags'] as Members
}

function withoutMarks({
  client_id: _id,
  client_secret: _secret,
  client_metadata: _marks,
  ...members
}: Members): Members {
  return members
}
