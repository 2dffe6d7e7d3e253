export type Entry = Record<string, unknown>

/** A connection; `enabled_clients` is seen and changed through `/connections/{id}/clients` alone. */
export type ConnectionEntry = Entry & { enabled_clients: string[] }

/** A role; its permissions are seen and changed through `/roles/{id}/permissions` alone. */
export type RoleEntry = Entry & { id: string; permissions: PermissionEntry[] }

export interface PermissionEntry {
  readonly resource_server_identifier: string
  readonly permission_name: string
}

/** A user; `roles` holds ids, seen and changed through `/users/{id}/roles` and `/roles/{id}/users`. */
export type UserEntry = Entry & { user_id: string; roles: string[] }

/** What an Action consists of, as a draft and in a version. The values of secrets are never shown. */
export interface ActionContent {
  readonly code: string
  readonly dependencies: readonly { readonly name: string; readonly version: string }[]
  readonly runtime: string
  readonly secrets: readonly { readonly name: string; readonly value: string }[]
}

export interface ActionEntry {
  readonly id: string
  name: string
  readonly supported_triggers: readonly { readonly id: string; readonly version: string }[]
  draft: ActionContent
  status: 'pending' | 'building' | 'built' | 'failed'
  /** Reads that still find it unfinished. */
  readsUntilBuilt: number
  /** Whether it is deployed as soon as it is built. */
  deploysItself: boolean
  /** Whether nothing has been written since it was deployed. */
  allChangesDeployed: boolean
  /** What requests run. */
  deployed: (ActionContent & { readonly number: number }) | undefined
}

export interface ProfileEntry {
  readonly id: string
  name: string
  subject_token_type: string
  readonly action_id: string
  readonly type: 'custom_authentication'
}

/** A tenant as the Management API shows it. */
export interface Tenant {
  settings: Entry
  connections: ConnectionEntry[]
  resourceServers: Entry[]
  clients: Entry[]
  clientGrants: Entry[]
  roles: RoleEntry[]
  users: UserEntry[]
  actions: ActionEntry[]
  tokenExchangeProfiles: ProfileEntry[]
}

/** A tenant as it is on its first day: a database connection, a system API, nobody in it. */
export function newTenant(): Tenant {
  return {
    settings: {
      resource_parameter_profile: 'audience',
      client_id_metadata_document_supported: false,
      dynamic_client_registration_security_mode: 'strict',
      flags: { use_scope_descriptions: true, enable_dynamic_client_registration: false },
    },
    connections: [
      {
        id: 'con_1',
        name: 'Username-Password-Authentication',
        strategy: 'auth0',
        options: { passwordPolicy: 'good' },
        is_domain_connection: false,
        enabled_clients: [],
      },
    ],
    resourceServers: [{ id: 'api_system', identifier: 'urn:system', is_system: true }],
    clients: [],
    clientGrants: [],
    roles: [],
    users: [],
    actions: [],
    tokenExchangeProfiles: [],
  }
}
