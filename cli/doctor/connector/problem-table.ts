import type { StepName } from './steps.js'

/** Who has to change something. */
export type Side = 'server' | 'authorization_server' | 'tenant' | 'network'

interface ProblemKind {
  readonly step: StepName
  readonly side: Side
  /** What to do, where the problem itself does not say it more precisely. */
  readonly cure: string
}

const WELL_KNOWN =
  'Serve the metadata at /.well-known/oauth-protected-resource followed by the path of the endpoint (RFC 9728 §3.1), and name that address in the challenge. A proxy in front has to pass the whole path on.'
const CHALLENGE =
  'Answer 401 with WWW-Authenticate: Bearer resource_metadata="https://…", the absolute address in quotes (RFC 9728 §5.1).'
const RESOURCE =
  'Make resource in the metadata the URL that people type into their client, byte for byte (RFC 9728 §3.3).'
const SERVER_METADATA =
  'Have the authorization server serve its metadata as JSON, with status 200, at the address of RFC 8414 §3.1 or of OpenID Connect Discovery.'
const REGISTRATION =
  'Switch on client ID metadata documents or dynamic registration at the authorization server. Or register a client by hand and enter its id in the client, where that is possible.'
const CORS_SERVER =
  'Allow the origin of the page (Access-Control-Allow-Origin), the headers Authorization, Content-Type and MCP-Protocol-Version, and expose WWW-Authenticate, on every answer, 401 included.'
const CORS_AUTHORIZATION_SERVER =
  'Have the authorization server allow the origin of the page on its metadata, its registration and its token endpoint.'
const AUTHORIZATION =
  'Look into the log of the authorization server at this time; the request is in the list of requests (--json).'

/** Every problem that is known, by its id. Stable, for machines. */
export const PROBLEMS = {
  'network.name': kind('endpoint', 'network', 'Check the host name and its DNS records.'),
  'network.refused': kind(
    'endpoint',
    'network',
    'Start the server, and open its port in the firewall.',
  ),
  'network.no_answer': kind(
    'endpoint',
    'network',
    'Find out what keeps the answer back: the server, a proxy, a firewall that drops packets.',
  ),
  'network.unreachable': kind(
    'endpoint',
    'network',
    'Check the way to the server: port, proxy, firewall.',
  ),
  'network.internal_address': kind(
    'endpoint',
    'network',
    'Name an address that clients reach. This command does not follow the server of one network into another.',
  ),
  'certificate.expired': kind('endpoint', 'network', 'Renew the certificate.'),
  'certificate.wrong_host': kind(
    'endpoint',
    'network',
    'Get a certificate for the name by which clients call the server.',
  ),
  'certificate.untrusted': kind(
    'endpoint',
    'network',
    'Use a certificate of a public authority, and send the intermediate certificates with it. Hosted clients trust no other; --ca-file trusts yours for this walk.',
  ),
  'endpoint.redirect': kind(
    'endpoint',
    'server',
    'Answer at the URL that people type, without a redirect. Or give them the other URL.',
  ),
  'endpoint.not_found': kind(
    'endpoint',
    'server',
    'Check the path of the URL, and what the proxy in front passes on. The endpoint has to answer a request without a token with 401.',
  ),
  'endpoint.method_not_allowed': kind(
    'endpoint',
    'server',
    'Take POST at the endpoint (MCP, Streamable HTTP).',
  ),
  'endpoint.legacy_transport': kind(
    'endpoint',
    'server',
    'Offer Streamable HTTP. The transport "HTTP with SSE" was replaced in the revision 2025-03-26, and clients drop it.',
  ),
  'endpoint.forbidden': kind(
    'endpoint',
    'server',
    'Answer a request without a token with 401. If a firewall or a check of Host answers 403: let requests to this endpoint through.',
  ),
  'endpoint.not_acceptable': kind(
    'endpoint',
    'server',
    'Read Accept as RFC 9110 §12.5.1 says: wildcards, a single media type and a missing header are allowed.',
  ),
  'endpoint.session_required': kind(
    'endpoint',
    'server',
    'Take initialize without Mcp-Session-Id: the client gets the id in the answer to it.',
  ),
  'endpoint.protocol_version': kind(
    'endpoint',
    'server',
    'Answer initialize with a revision that the server supports, instead of refusing the one that the client names.',
  ),
  'endpoint.server_error': kind('endpoint', 'server', 'Look into the log of the server.'),
  'endpoint.rate_limited': kind('endpoint', 'server', 'Try again later.'),
  'endpoint.unexpected_status': kind(
    'endpoint',
    'server',
    'Answer a request without a token with 401.',
  ),
  'endpoint.not_mcp': kind(
    'endpoint',
    'server',
    'Check the path of the URL: what answers there is not an MCP endpoint.',
  ),
  'challenge.body_unfinished': kind(
    'challenge',
    'server',
    'End the body of the 401. Some clients read it before they do anything else.',
  ),
  'challenge.missing': kind('challenge', 'server', CHALLENGE),
  'challenge.no_bearer': kind('challenge', 'server', CHALLENGE),
  'challenge.bearer_not_first': kind(
    'challenge',
    'server',
    'Put the Bearer challenge first. Clients built with the MCP SDK read only the first one.',
  ),
  'challenge.no_metadata_address': kind('challenge', 'server', CHALLENGE),
  'challenge.relative_address': kind('challenge', 'server', CHALLENGE),
  'challenge.unquoted_address': kind('challenge', 'server', CHALLENGE),
  'challenge.foreign_address': kind(
    'challenge',
    'server',
    'Name the metadata at the origin of the endpoint. Behind a proxy, tell the server its public URL.',
  ),
  'metadata.not_found': kind('resource_metadata', 'server', WELL_KNOWN),
  'metadata.wrong_address': kind('resource_metadata', 'server', WELL_KNOWN),
  'metadata.status': kind('resource_metadata', 'server', WELL_KNOWN),
  'metadata.not_json': kind('resource_metadata', 'server', WELL_KNOWN),
  'metadata.redirect': kind('resource_metadata', 'server', WELL_KNOWN),
  'metadata.too_large': kind(
    'resource_metadata',
    'server',
    'Keep the metadata short: a few kilobytes.',
  ),
  'metadata.unfinished': kind('resource_metadata', 'server', 'End the body of the metadata.'),
  'metadata.unreachable': kind('resource_metadata', 'network', WELL_KNOWN),
  'metadata.invalid': kind(
    'resource_metadata',
    'server',
    'Correct the metadata: resource is a URL, authorization_servers a list of URLs, scopes_supported a list of texts (RFC 9728 §2).',
  ),
  'metadata.no_authorization_server': kind(
    'resource_metadata',
    'server',
    'Name the issuer of the authorization server in authorization_servers of the metadata.',
  ),
  'resource.origin': kind('resource', 'server', RESOURCE),
  'resource.trailing_slash': kind('resource', 'server', RESOURCE),
  'resource.scheme': kind(
    'resource',
    'server',
    `${RESOURCE} Behind a proxy that ends TLS, tell the server its public URL.`,
  ),
  'resource.spelling': kind('resource', 'server', RESOURCE),
  'resource.mismatch': kind('resource', 'server', RESOURCE),
  'server_metadata.not_https': kind(
    'server_metadata',
    'server',
    'Name an https URL in authorization_servers.',
  ),
  'server_metadata.not_found': kind('server_metadata', 'authorization_server', SERVER_METADATA),
  'server_metadata.only_openid': kind(
    'server_metadata',
    'authorization_server',
    'Serve the metadata at the address of RFC 8414 too: /.well-known/oauth-authorization-server followed by the path of the issuer.',
  ),
  'server_metadata.status': kind('server_metadata', 'authorization_server', SERVER_METADATA),
  'server_metadata.not_json': kind('server_metadata', 'authorization_server', SERVER_METADATA),
  'server_metadata.redirect': kind('server_metadata', 'authorization_server', SERVER_METADATA),
  'server_metadata.too_large': kind('server_metadata', 'authorization_server', SERVER_METADATA),
  'server_metadata.unfinished': kind('server_metadata', 'authorization_server', SERVER_METADATA),
  'server_metadata.unreachable': kind('server_metadata', 'network', SERVER_METADATA),
  'server_metadata.invalid': kind(
    'server_metadata',
    'authorization_server',
    'Correct the metadata: issuer, authorization_endpoint, token_endpoint and response_types_supported are required (RFC 8414 §2).',
  ),
  'server_metadata.issuer': kind(
    'server_metadata',
    'server',
    'Write the issuer into authorization_servers as the authorization server writes it, byte for byte (RFC 8414 §3.3).',
  ),
  'server.endpoint_not_https': kind(
    'server',
    'authorization_server',
    'Name https endpoints in the metadata. Behind a proxy, tell the authorization server its public URL.',
  ),
  'server.no_code': kind(
    'server',
    'authorization_server',
    'List code in response_types_supported, and authorization_code in grant_types_supported where that is there.',
  ),
  'server.pkce_not_named': kind(
    'server',
    'authorization_server',
    'List S256 in code_challenge_methods_supported of the metadata.',
  ),
  'server.no_s256': kind(
    'server',
    'authorization_server',
    'Support PKCE with S256, and list it in code_challenge_methods_supported.',
  ),
  'server.no_public_clients': kind(
    'server',
    'tenant',
    'Let public clients redeem codes, and list none in token_endpoint_auth_methods_supported.',
  ),
  'server.scopes': kind(
    'server',
    'tenant',
    "List the server's scopes in scopes_supported of the authorization server's metadata. Or let the server judge these clients by the permissions of the user.",
  ),
  'registration.none': kind('registration', 'tenant', REGISTRATION),
  'registration.only_documents': kind('registration', 'tenant', REGISTRATION),
  'registration.refused': kind(
    'registration',
    'tenant',
    'Correct the registration policy of the authorization server.',
  ),
  'registration.unreachable': kind('registration', 'network', REGISTRATION),
  'authorization.not_found': kind('authorization', 'authorization_server', AUTHORIZATION),
  'authorization.redirect_loop': kind('authorization', 'authorization_server', AUTHORIZATION),
  'authorization.server_error': kind('authorization', 'authorization_server', AUTHORIZATION),
  'authorization.refused': kind('authorization', 'tenant', AUTHORIZATION),
  'authorization.resource_refused': kind(
    'authorization',
    'tenant',
    'Have the authorization server know the resource of the metadata as a target of tokens, and take resource in the authorization request (RFC 8707).',
  ),
  'authorization.resource_and_scope': kind(
    'authorization',
    'tenant',
    'At Entra, resource and scopes have to belong to one Application ID URI: give the app registration the URL of the endpoint as its Application ID URI, and prefix the scopes with it.',
  ),
  'authorization.unreachable': kind('authorization', 'network', AUTHORIZATION),
  'token.not_found': kind(
    'token',
    'authorization_server',
    'Name the token endpoint in the metadata at which the authorization server takes POST.',
  ),
  'token.server_error': kind('token', 'authorization_server', AUTHORIZATION),
  'token.unreachable': kind('token', 'network', 'Check the way to the token endpoint.'),
  'tools.refused': kind('tools', 'server', 'Look into the log of the server.'),
  'cors.endpoint': kind('endpoint', 'server', CORS_SERVER),
  'cors.challenge_hidden': kind('challenge', 'server', CORS_SERVER),
  'cors.resource_metadata': kind('resource_metadata', 'server', CORS_SERVER),
  'cors.server_metadata': kind(
    'server_metadata',
    'authorization_server',
    CORS_AUTHORIZATION_SERVER,
  ),
  'cors.registration': kind('registration', 'authorization_server', CORS_AUTHORIZATION_SERVER),
  'cors.token': kind('token', 'authorization_server', CORS_AUTHORIZATION_SERVER),
} as const satisfies Readonly<Record<string, ProblemKind>>

function kind(step: StepName, side: Side, cure: string): ProblemKind {
  return { step, side, cure }
}

/** The name of a problem. Stable, for machines. */
export type ProblemId = keyof typeof PROBLEMS
