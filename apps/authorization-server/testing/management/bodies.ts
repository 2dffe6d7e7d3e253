import { z } from 'zod'

const scopes = z.array(z.strictObject({ value: z.string().min(1), description: z.string() }))
const policy = (...policies: [string, ...string[]]) => z.strictObject({ policy: z.enum(policies) })
const exchange = z.strictObject({
  allow_any_profile_of_type: z.array(
    z.enum(['custom_authentication', 'on_behalf_of_token_exchange']),
  ),
})

const RESOURCE_SERVER = {
  name: z
    .string()
    .regex(/^[^<>]+$/)
    .optional(),
  scopes: scopes.optional(),
  signing_alg: z.enum(['HS256', 'RS256', 'RS512', 'PS256']).optional(),
  token_dialect: z
    .enum(['access_token', 'access_token_authz', 'rfc9068_profile', 'rfc9068_profile_authz'])
    .optional(),
  enforce_policies: z.boolean().optional(),
  allow_offline_access: z.boolean().optional(),
  token_lifetime: z.int().max(2_592_000).optional(),
  skip_consent_for_verifiable_first_party_clients: z.boolean().optional(),
  subject_type_authorization: z
    .strictObject({
      user: policy('allow_all', 'deny_all', 'require_client_grant').optional(),
      client: policy('deny_all', 'require_client_grant').optional(),
    })
    .optional(),
}

const CLIENT = {
  name: z.string().optional(),
  oidc_conformant: z.boolean().optional(),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_post', 'client_secret_basic'])
    .optional(),
  token_exchange: exchange.optional(),
}

/** The bodies that the Management API takes, with the fields of its reference and no others. */
export const BODIES = {
  tenantSettings: z.strictObject({
    resource_parameter_profile: z.enum(['audience', 'compatibility']).optional(),
    client_id_metadata_document_supported: z.boolean().optional(),
    authorization_response_iss_parameter_supported: z.boolean().optional(),
    dynamic_client_registration_security_mode: z.enum(['strict', 'permissive']).optional(),
    flags: z.strictObject({ enable_dynamic_client_registration: z.boolean() }).optional(),
  }),
  // `options` would be replaced whole.
  connectionUpdate: z.strictObject({ is_domain_connection: z.boolean() }),
  resourceServer: z.strictObject({ ...RESOURCE_SERVER, identifier: z.string().min(1) }),
  // The identifier is immutable.
  resourceServerUpdate: z.strictObject(RESOURCE_SERVER),
  client: z
    .strictObject({
      ...CLIENT,
      name: z.string().min(1),
      app_type: z.enum(['resource_server', 'non_interactive', 'native', 'regular_web']),
      resource_server_identifier: z.string().optional(),
    })
    .refine(
      ({ app_type, resource_server_identifier }) =>
        (app_type === 'resource_server') === (resource_server_identifier !== undefined),
    ),
  // resource_server_identifier and app_type of such clients are immutable.
  clientUpdate: z.strictObject(CLIENT),
  clientGrant: z
    .strictObject({
      client_id: z.string().optional(),
      default_for: z.literal('third_party_clients').optional(),
      audience: z.string(),
      scope: z.array(z.string()).optional(),
      allow_all_scopes: z.boolean().optional(),
      subject_type: z.enum(['user', 'client']).default('client'),
    })
    .refine((grant) => (grant.client_id === undefined) !== (grant.default_for === undefined)),
  clientGrantUpdate: z.strictObject({
    scope: z.array(z.string()).optional(),
    allow_all_scopes: z.boolean().optional(),
  }),
  role: z.strictObject({ name: z.string().min(1), description: z.string().optional() }),
  permissions: z.strictObject({
    permissions: z
      .array(
        z.strictObject({ resource_server_identifier: z.string(), permission_name: z.string() }),
      )
      .min(1),
  }),
} as const
