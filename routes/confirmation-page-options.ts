import { z } from 'zod'
import type { ConfirmationPage } from '../src/confirmation/confirmation-page.js'
import type { ClientAuthentication } from '../src/exchange/client-authentication.js'
import type { ClientAuthenticationSource } from '../src/exchange/client-authentication-source.js'
import { clientIssues } from '../src/exchange/client-issues.js'
import type { Fetch } from '../src/http/fetch-json.js'
import { isJsonObject } from '../src/http/json-object.js'
import type { Issuer } from '../src/identity/issuer-keys.js'
import { LOGGER_OPTION, type Logger } from '../src/logging/logger.js'
import { optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { withIssues } from '../src/options/with-issues.js'
import type { Revocation } from '../src/revocation/revocation.js'
import type { IdTokenUserOptions } from '../src/sign-in/id-token-user.js'

/** Which calls wait, and who may sign in to approve them. */
export interface ConfirmationPageRouteOptions extends IdTokenUserOptions {
  readonly page: ConfirmationPage
  /** Whose users call tools: by `createIssuer`. One of each tenant. */
  readonly issuers: readonly Issuer[]
  /** The client as which people sign in. Its callback URL is `confirm/callback` beside the MCP endpoint. */
  readonly client: { readonly id: string } & (
    ClientAuthentication | { readonly authentication: ClientAuthenticationSource }
  )
  /** Reaches the token endpoint. Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined
  /** For one request to the token endpoint. Default 5000. */
  readonly timeoutMs?: number | undefined
  /** Allowed clock difference for ID tokens, 0 to 60 seconds. Default 5. */
  readonly clockToleranceSeconds?: number | undefined
  /** Accepts an authorization endpoint over plain http beyond this machine. Default false. */
  readonly dangerouslyAllowHttp?: boolean | undefined
  /** Ends sessions and waiting calls of users who are signed out. Default: they end by time alone. */
  readonly revocation?: Pick<Revocation, 'assertInForce'> | undefined
  /** Default: none. */
  readonly log?: Logger | undefined
}

/** The schema of the client as which people sign in. */
export const PAGE_CLIENT_OPTION = withIssues(
  z.looseObject(
    { id: optionValues.text("the client's id at the authorization server") },
    'must be a client: { id, secret }',
  ),
  (client) => (isJsonObject(client) ? clientIssues(client) : []),
)

/** The schema of `ConfirmationPageRouteOptions`. */
export const CONFIRMATION_PAGE_ROUTE_OPTIONS = optionsSchema<ConfirmationPageRouteOptions>({
  page: optionValues.withFunctions('made by createConfirmationPage', 'urlOf'),
  issuers: z
    .array(optionValues.withFunctions('made by createIssuer', 'metadata', 'keys'), {
      error: 'must be a list of issuers, made by createIssuer',
    })
    .min(1, 'must have an issuer'),
  client: PAGE_CLIENT_OPTION,
  fetch: optionValues.callable.optional(),
  timeoutMs: optionValues.milliseconds.optional(),
  clockToleranceSeconds: optionValues.toleranceSeconds.optional(),
  dangerouslyAllowHttp: optionValues.flag.optional(),
  claimProfile: optionValues.withFunctions('a ClaimProfile', 'userOf').optional(),
  primaryIssuers: z.record(z.string(), z.string(), 'must be issuers by issuers').optional(),
  revocation: optionValues.withFunctions('a Revocation', 'assertInForce').optional(),
  log: LOGGER_OPTION.optional(),
})
