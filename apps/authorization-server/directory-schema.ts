import { z } from 'zod'
import { identifier, scopeValue, text } from './directory-values.js'
import {
  attackProtection,
  connection,
  organization,
  tenantSettings,
  tokenExchangeProfile,
} from './directory-schema-tenant.js'

const callback = text.refine((value) => URL.canParse(value) && !value.includes('#'), {
  error: 'give an absolute URI without fragment, such as "http://127.0.0.1/callback"',
})

/** The claims and header of an API's access tokens; see `token-dialects.ts`. */
export const TOKEN_DIALECTS = [
  'access_token',
  'access_token_authz',
  'rfc9068_profile',
  'rfc9068_profile_authz',
] as const

const resourceServer = z.strictObject({
  name: text,
  identifier,
  scopes: z
    .array(z.strictObject({ value: scopeValue, description: text.optional() }))
    .default(() => []),
  signing_alg: z.literal('RS256', { error: 'only "RS256" is supported' }).default('RS256'),
  token_dialect: z
    .enum(TOKEN_DIALECTS, { error: `use one of ${TOKEN_DIALECTS.join(', ')}` })
    .default('access_token'),
  token_lifetime: z
    .int({ error: 'give whole seconds' })
    .min(1, 'give at least 1 second')
    .max(2_592_000, 'give at most 2592000 seconds (30 days)')
    .default(86_400),
  enforce_policies: z.boolean().default(false),
  allow_offline_access: z.boolean().default(false),
  skip_consent_for_verifiable_first_party_clients: z.boolean().default(false),
  subject_type_authorization: z
    .strictObject({
      user: z.strictObject({
        policy: z.enum(['allow_all', 'deny_all', 'require_client_grant'], {
          error: 'use one of allow_all, deny_all, require_client_grant',
        }),
      }),
    })
    .default(() => ({ user: { policy: 'allow_all' as const } })),
})

const APP_TYPES = ['native', 'spa', 'regular_web', 'non_interactive', 'resource_server'] as const

const PROFILE_TYPES = ['on_behalf_of_token_exchange', 'custom_authentication'] as const

const client = z.strictObject({
  client_id: text,
  name: text,
  client_secret: text.optional(),
  app_type: z.enum(APP_TYPES, { error: `use one of ${APP_TYPES.join(', ')}` }),
  is_first_party: z.boolean().default(true),
  oidc_conformant: z.boolean().optional(),
  resource_server_identifier: identifier.optional(),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_post', 'client_secret_basic'], {
      error: 'use one of none, client_secret_post, client_secret_basic',
    })
    .default('client_secret_post'),
  grant_types: z
    .array(
      z.enum(['authorization_code', 'refresh_token'], {
        error: 'use authorization_code or refresh_token',
      }),
    )
    .default(() => []),
  callbacks: z.array(callback).default(() => []),
  token_exchange: z
    .strictObject({
      allow_any_profile_of_type: z.array(
        z.enum(PROFILE_TYPES, { error: `use ${PROFILE_TYPES.join(' or ')}` }),
      ),
    })
    .default(() => ({ allow_any_profile_of_type: [] })),
  is_token_endpoint_ip_header_trusted: z.boolean().optional(),
  client_metadata: z.record(text, z.string()).optional(),
})

const clientGrant = z.strictObject({
  client_id: text.optional(),
  default_for: z
    .literal('third_party_clients', { error: 'only "third_party_clients" is possible' })
    .optional(),
  audience: identifier,
  subject_type: z.literal('user', { error: 'only grants for "user" are supported' }),
  scope: z.array(scopeValue).optional(),
  allow_all_scopes: z.boolean().default(false),
})

const role = z.strictObject({
  name: text,
  description: text.optional(),
  permissions: z
    .array(z.strictObject({ resource_server_identifier: identifier, permission_name: scopeValue }))
    .default(() => []),
})

const metadata = z.record(z.string(), z.unknown()).optional()

const user = z.strictObject({
  user_id: text.refine((value) => !value.endsWith('@clients'), {
    error: 'choose another id: "…@clients" stands for a machine',
  }),
  username: text,
  name: text,
  email: text.optional(),
  roles: z.array(text).default(() => []),
  connection: text.optional(),
  blocked: z.boolean().optional(),
  app_metadata: metadata,
  user_metadata: metadata,
})

/** The shape of `directory.json`. Names are those of Auth0's Management API objects. */
export const directorySchema = z.strictObject({
  resource_servers: z.array(resourceServer),
  clients: z.array(client),
  client_grants: z.array(clientGrant),
  roles: z.array(role),
  connections: z.array(connection).optional(),
  users: z.array(user),
  organizations: z.array(organization).default(() => []),
  token_exchange_profiles: z.array(tokenExchangeProfile).default(() => []),
  tenant_settings: tenantSettings,
  attack_protection: attackProtection,
})

export type Directory = z.infer<typeof directorySchema>
export type ResourceServerEntry = Directory['resource_servers'][number]
export type ClientEntry = Directory['clients'][number]
export type ClientGrantEntry = Directory['client_grants'][number]
export type UserEntry = Directory['users'][number]
export type OrganizationEntry = Directory['organizations'][number]
export type TokenExchangeProfileEntry = Directory['token_exchange_profiles'][number]
export type ConnectionEntry = NonNullable<Directory['connections']>[number]
/** Source that is run. */
export type ActionSource = Extract<TokenExchangeProfileEntry['action'], { readonly code: string }>
export type ActionSettings = Exclude<TokenExchangeProfileEntry['action'], ActionSource>
export type TokenDialect = ResourceServerEntry['token_dialect']
