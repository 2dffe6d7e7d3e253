import { z } from 'zod'
import { identifier, scopeValue, text } from './directory-values.js'
import { isOwnableTokenType, isReservedTokenType } from './subject-token-types.js'

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
 * The settings of the Action that validates the subject tokens of a profile, named as its secrets are;
 * see `token-exchange/custom/marketplace-action.ts`.
 */
const action = z.strictObject({
  SUBJECT_TOKEN_AUDIENCE: identifier,
  ALLOWED_CLIENT_IDS: z.array(text),
  ALLOWED_TARGET_AUDIENCES: z.array(identifier),
  ALLOWED_SCOPES: z.array(scopeValue),
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

/** Settings of the whole server. */
export const tenantSettings = z
  .strictObject({
    allow_organization_name_in_authentication_api: z.boolean().default(false),
    default_audience: identifier.optional(),
  })
  .default(() => ({ allow_organization_name_in_authentication_api: false }))

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
