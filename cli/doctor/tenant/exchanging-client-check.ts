import { printable } from '../../printable.js'
import { clientById, exchangesOf, type Client } from '../../setup/objects/client.js'
import { warning, wrong, type Finding, type Observation } from '../finding.js'
import type { TenantCheck, TenantView } from './tenant-check.js'

const CHECK = 'tenant.client'

/** The client as which tokens are exchanged: whether Auth0 lets it, in the way of this deployment. */
export const exchangingClientCheck: TenantCheck = {
  check: CHECK,
  fine: 'The exchanging client may exchange tokens in the way of this deployment.',
  async look(view) {
    const { clientId, subjectTokenType } = view.config.exchange
    const client = await clientById(view.api, clientId)
    if (client === undefined) return [unknownClient(clientId)]
    return [
      ...(subjectTokenType === undefined ? onBehalfOfFaults(client, view) : profileFaults(client)),
      ...permissionFaults(client, subjectTokenType),
      ...authenticationFaults(client, view),
      ...addressFaults(client, view),
    ]
  },
}

function unknownClient(clientId: string): Finding {
  return wrong(
    CHECK,
    `The tenant has no client ${printable(clientId)}.`,
    'Set MCP_AUTH0_CLIENT_ID to the id of the exchanging client of this tenant (Dashboard, Applications), or run mcp-on-behalf-of setup.',
  )
}

function onBehalfOfFaults(client: Client, { config }: TenantView): readonly Observation[] {
  const { app_type: type, resource_server_identifier: bound } = client
  const identifier = config.resource.tokenAudience
  const hint = `Auth0 does not let it be changed. Run mcp-on-behalf-of setup, which creates a client for ${identifier}, and set MCP_AUTH0_CLIENT_ID and its secret to that one.`
  if (type !== 'resource_server') {
    return [
      wrong(
        CHECK,
        `app_type of the client is ${printable(JSON.stringify(type ?? null))}: only "resource_server" may exchange tokens on behalf of users.`,
        hint,
      ),
    ]
  }
  if (bound === identifier) return []
  return [
    {
      ...wrong(
        CHECK,
        `resource_server_identifier of the client is ${printable(bound ?? 'not set')}, not ${identifier}: it may only exchange tokens that are for its own API.`,
        hint,
      ),
      explainedBy: ['tenant.server_api'],
    },
  ]
}

function profileFaults(client: Client): readonly Finding[] {
  return [
    ...(client.is_first_party === false
      ? [
          wrong(
            CHECK,
            'is_first_party of the client is off: only first-party clients may use a token exchange profile.',
            'Use a first-party client: mcp-on-behalf-of setup --profile custom-token-exchange creates one.',
          ),
        ]
      : []),
    ...(client.oidc_conformant === false
      ? [
          wrong(
            CHECK,
            'oidc_conformant of the client is off: such clients may not use a token exchange profile.',
            'Turn it on: Dashboard, Applications, that client, Settings, Advanced Settings, OAuth, OIDC Conformant.',
          ),
        ]
      : []),
  ]
}

function permissionFaults(
  client: Client,
  subjectTokenType: string | undefined,
): readonly Finding[] {
  const needed =
    subjectTokenType === undefined ? 'on_behalf_of_token_exchange' : 'custom_authentication'
  if (exchangesOf(client).includes(needed)) return []
  return [
    wrong(
      CHECK,
      `token_exchange.allow_any_profile_of_type of the client lacks "${needed}".`,
      `Add it, beside what is allowed already: mcp-on-behalf-of setup does, or PATCH /api/v2/clients/{id}.`,
    ),
  ]
}

/** Whether the client can prove itself at all, and has what the settings say it proves itself with. */
function authenticationFaults(client: Client, { config }: TenantView): readonly Finding[] {
  const { method } = config.exchange.clientAuthentication
  if (client.token_endpoint_auth_method === 'none') {
    return [
      wrong(
        CHECK,
        'token_endpoint_auth_method of the client is "none": a client without credentials may not exchange tokens.',
        'Set it to client_secret_post: mcp-on-behalf-of setup does, or Dashboard, Applications, that client, Credentials.',
      ),
    ]
  }
  const methods = Object.keys(client.client_authentication_methods ?? {})
  const hint =
    'Set MCP_AUTH0_CLIENT_AUTHENTICATION and its credentials to what the client has: Dashboard, Applications, that client, Credentials.'
  if (method === 'private_key_jwt' && !methods.includes(method)) {
    return [
      wrong(CHECK, 'The settings use a private key, and the client has none registered.', hint),
    ]
  }
  const secret = method === undefined || method.startsWith('client_secret')
  return secret && methods.length > 0
    ? [
        wrong(
          CHECK,
          `The settings use a secret, and the client proves itself by ${methods.map(printable).join(', ')}.`,
          hint,
        ),
      ]
    : []
}

/** Whether Auth0 looks at the user's address where the settings send it. */
function addressFaults(client: Client, { config }: TenantView): readonly Finding[] {
  const { forwardClientAddress: sent, subjectTokenType } = config.exchange
  const trusted = client.is_token_endpoint_ip_header_trusted === true
  if (sent && !trusted) {
    return [
      warning(
        CHECK,
        'FORWARD_CLIENT_ADDRESS is on, and the client does not trust the header: Auth0 counts every user as this server.',
        'Turn on is_token_endpoint_ip_header_trusted: Dashboard, Applications, that client, Settings, Advanced Settings, OAuth, Trust Token Endpoint IP Header.',
      ),
    ]
  }
  return subjectTokenType !== undefined && !sent
    ? [
        warning(
          CHECK,
          'The address of the user is not sent with an exchange: ten bad subject tokens of one user block this server for all (suspicious IP throttling).',
          'Set FORWARD_CLIENT_ADDRESS=true, with TRUST_PROXY behind a proxy, and trust the header at the client (is_token_endpoint_ip_header_trusted).',
        ),
      ]
    : []
}
