import type { TokenEndpointGrantContext } from 'oidc-provider'
import { withoutUndefined } from '../../../../src/options/without-undefined.js'
import { clientAddressOf } from '../../client-address.js'
import type { ActionSource, Directory, UserEntry } from '../../directory.js'
import { findClient } from '../../lookup.js'
import { findOrganization } from '../../organizations.js'
import { ACCESS_TOKEN_TYPE } from '../grant-type.js'
import type { CustomExchangeRequest } from './custom-exchange-request.js'

/** What an Action is told of. */
export interface ActionOccasion {
  readonly issuer: string
  readonly directory: Directory
  readonly request: CustomExchangeRequest
  readonly subjectTokenType: string
  /** The user of an `actor_token` that is an ID token. */
  readonly actorUser: UserEntry | undefined
  readonly secrets: ActionSource['secrets']
}

const CREDENTIALS = ['client_secret', 'client_assertion']

/** Creates the `event` object of the trigger `custom-token-exchange`. Members that Auth0 leaves out are left out. */
export function createActionEvent(
  ctx: TokenEndpointGrantContext,
  occasion: ActionOccasion,
): object {
  const { issuer, directory, request, secrets } = occasion
  const { clientId, clientName } = ctx.oidc.client
  const client = findClient(directory, clientId)
  const [tenantId = ''] = new URL(issuer).hostname.split('.')
  return withoutUndefined({
    client: { client_id: clientId, name: clientName, metadata: { ...client?.client_metadata } },
    organization: organizationOf(occasion),
    request: {
      body: bodyOf(ctx),
      geoip: {},
      // With the port, so that `https://<hostname>/` is the issuer.
      hostname: new URL(issuer).host,
      ip: clientAddressOf(directory, clientId, ctx),
      language: ctx.get('accept-language'),
      method: ctx.method,
      user_agent: ctx.get('user-agent'),
    },
    resource_server: request.audience && { identifier: request.audience },
    secrets: { ...secrets },
    tenant: { id: tenantId },
    transaction: transactionOf(occasion),
  })
}

function transactionOf({ request, subjectTokenType, actorUser }: ActionOccasion): object {
  return withoutUndefined({
    subject_token: request.subjectToken,
    subject_token_type: subjectTokenType,
    requested_scopes: [...request.scopes],
    requested_token_type: ACCESS_TOKEN_TYPE,
    actor_token: request.actor?.value,
    actor_token_type: request.actor?.type,
    actor_token_user: actorUser && { ...actorUser },
  })
}

function organizationOf({ directory, request }: ActionOccasion): object | undefined {
  if (request.organization === undefined) return undefined
  const found = findOrganization(directory, request.organization)
  if (found === undefined) return undefined
  const { id, name, display_name: displayName = name } = found
  return { id, name, display_name: displayName, metadata: {} }
}

function bodyOf(ctx: TokenEndpointGrantContext): object {
  const body = ctx.oidc.body ?? {}
  return Object.fromEntries(Object.entries(body).filter(([name]) => !CREDENTIALS.includes(name)))
}
