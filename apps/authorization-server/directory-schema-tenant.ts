import { z } from 'zod'
import { identifier, scopeValue, text } from './directory-values.js'
import { isOwnableTokenType, isReservedTokenType } from './subject-token-types.js'
import { AVAILABLE_DEPENDENCIES, canBeCompiled } from './token-exchange/custom/action-module.js'

/** A group of users who sign in together; see `organizations.ts`. */
export const organization = z.strictObject({
  id: text.regex(/^org_\w+$/, 'begin it with "org_", such as "org_acme"'),
  name: text
    .regex(/^[a-z0-9][a-z0-9_-]*$/, 'use lower-case letters, digits, "-" and "_"')
    .refine((value) => !value.startsWith('org_'), { error: 'a name must not begin with "org_"' }),
  display_name: text.optional(),
  members: z
    .array(z.strictObject({ user_id: text, roles: z.array(text).default(() => []) }))
    .default(() => []),
})

/**
 * Where users come from. A directory without any has one for everybody; else `enabled_clients` says which first-party
 * clients a user may sign in at, and third parties take those at domain level; see `connections.ts`.
 */
export const connection = z.strictObject({
  name: text,
  strategy: text.default('auth0'),
  is_domain_connection: z.boolean().default(false),
  enabled_clients: z.array(text).default(() => []),
})

/** The settings of the marketplace Action, named as its secrets are; see `token-exchange/custom/marketplace-action.ts`. */
const actionSettings = z.strictObject({
  SUBJECT_TOKEN_AUDIENCE: identifier,
  ALLOWED_CLIENT_IDS: z.array(text),
  ALLOWED_TARGET_AUDIENCES: z.array(identifier),
  ALLOWED_SCOPES: z.array(scopeValue),
})

/** An Action as Auth0 keeps it, which is run; see `token-exchange/custom/source-action.ts`. */
const actionSource = z.strictObject({
  code: text.refine(canBeCompiled, { error: 'give a CommonJS module that Node.js can compile' }),
  secrets: z.record(text, z.string({ error: 'give a text' })).default(() => ({})),
  dependencies: z
    .array(
      z.strictObject({
        name: z.enum(AVAILABLE_DEPENDENCIES, {
          error: `this server has ${AVAILABLE_DEPENDENCIES.join(', ')} alone`,
        }),
        version: text.optional(),
      }),
    )
    .default(() => []),
})

/** What validates the subject tokens of a profile. Its form decides, so that faults are named by that form alone. */
const action = z.unknown().transform((value, context) => {
  const hasCode = typeof value === 'object' && value !== null && 'code' in value
  const parsed = (hasCode ? actionSource : actionSettings).safeParse(value)
  if (parsed.success) return parsed.data
  for (const { path, message } of parsed.error.issues) {
    context.addIssue({ code: 'custom', path, message })
  }
  return z.NEVER
})

/** What makes a type of subject token acceptable in a Custom Token Exchange. */
export const tokenExchangeProfile = z.strictObject({
  name: text.min(3, 'give at least 3 characters').max(50, 'give at most 50 characters'),
  subject_token_type: text
    .refine((value) => !isReservedTokenType(value), {
      error:
        'choose a URI of your own: http(s)://auth0.com, http(s)://okta.com, urn:ietf, urn:auth0 and urn:okta are reserved',
      abort: true,
    })
    .refine(isOwnableTokenType, {
      error: 'give a URI of 10 to 100 characters that begins with https://, http:// or urn:',
    }),
  type: z.literal('custom_authentication', { error: 'only "custom_authentication" is possible' }),
  action,
})

/** Settings of the whole server. The defaults let an MCP client in without any preparation, which Auth0's do not. */
export const tenantSettings = z
  .strictObject({
    allow_organization_name_in_authentication_api: z.boolean().default(false),
    default_audience: identifier.optional(),
    /** Whether `resource` (RFC 8707) selects an API where there is no `audience`. */
    resource_parameter_profile: z
      .enum(['audience', 'compatibility'], { error: 'use audience or compatibility' })
      .default('compatibility'),
    client_id_metadata_document_supported: z.boolean().default(true),
    flags: z
      .strictObject({ enable_dynamic_client_registration: z.boolean().default(true) })
      .default(() => ({ enable_dynamic_client_registration: true })),
  })
  .prefault({})

const STAGE_DEFAULTS = { max_attempts: 10, rate: 600_000 }

/** When an address that sends bad subject tokens is shut out; see `suspicious-addresses.ts`. */
export const attackProtection = z
  .strictObject({
    suspicious_ip_throttling: z.strictObject({
      stage: z.strictObject({
        'pre-custom-token-exchange': z.strictObject({
          max_attempts: z.int({ error: 'give a whole number' }).min(1, 'give at least 1'),
          rate: z
            .int({ error: 'give whole milliseconds' })
            .min(1, 'give at least 1 millisecond')
            .default(STAGE_DEFAULTS.rate),
        }),
      }),
    }),
  })
  .default(() => ({
    suspicious_ip_throttling: { stage: { 'pre-custom-token-exchange': STAGE_DEFAULTS } },
  }))
