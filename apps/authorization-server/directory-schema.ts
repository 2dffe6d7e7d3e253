import { z } from 'zod'

const text = z.string({ error: 'give a text' }).min(1, 'give a text that is not empty')

const identifier = text.refine((value) => URL.canParse(value) && !value.includes('#'), {
  error: 'give an absolute URI without fragment, such as "http://localhost:3001/mcp"',
})

const callback = text.refine((value) => URL.canParse(value) && !value.includes('#'), {
  error: 'give an absolute URI without fragment, such as "http://127.0.0.1/callback"',
})

const scopeValue = z
  .string({ error: 'give the name of a scope' })
  .regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, 'use visible ASCII without spaces, quotes or backslashes')

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

const client = z.strictObject({
  client_id: text,
  name: text,
  client_secret: text.optional(),
  app_type: z.enum(['native', 'spa', 'regular_web', 'resource_server'], {
    error: 'use one of native, spa, regular_web, resource_server',
  }),
  is_first_party: z.boolean().default(true),
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
        z.literal('on_behalf_of_token_exchange', { error: 'use on_behalf_of_token_exchange' }),
      ),
    })
    .default(() => ({ allow_any_profile_of_type: [] })),
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

const user = z.strictObject({
  user_id: text.refine((value) => !value.endsWith('@clients'), {
    error: 'choose another id: "…@clients" stands for a machine',
  }),
  username: text,
  name: text,
  email: text.optional(),
  roles: z.array(text).default(() => []),
})

/** The shape of `directory.json`. Names are those of Auth0's Management API objects. */
export const directorySchema = z.strictObject({
  resource_servers: z.array(resourceServer),
  clients: z.array(client),
  client_grants: z.array(clientGrant),
  roles: z.array(role),
  users: z.array(user),
})

export type Directory = z.infer<typeof directorySchema>
export type ResourceServerEntry = Directory['resource_servers'][number]
export type ClientEntry = Directory['clients'][number]
export type ClientGrantEntry = Directory['client_grants'][number]
export type UserEntry = Directory['users'][number]
export type TokenDialect = ResourceServerEntry['token_dialect']
