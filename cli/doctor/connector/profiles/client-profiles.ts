import type {
  ClientName,
  ClientProfile,
  ResourceMetadataRule,
  ServerMetadataRule,
} from './client-profile.js'

const REPORTED = { kind: 'reported' } as const

const SDK_RESOURCE_METADATA: ResourceMetadataRule = {
  fallsBackFromChallenge: false,
  wellKnown: ['path', 'root'],
  without: 'origin_is_server',
  unreachable: 'as_missing',
}

const SDK_V1_SERVER_METADATA: ServerMetadataRule = {
  addresses: 'all',
  openid: 'complete',
  passesUnreachable: true,
  passesStatus: [],
  issuer: 'ignored',
  without: 'usual_endpoints',
}

const SDK_V2_SERVER_METADATA: ServerMetadataRule = {
  ...SDK_V1_SERVER_METADATA,
  passesUnreachable: false,
  passesStatus: [502],
  issuer: 'exact',
}

/** The client of the MCP SDK v1, which many programs have inside. */
const SDK_V1: ClientProfile = {
  name: 'sdk-v1',
  title: 'MCP SDK v1',
  basis: { kind: 'run', version: '1.32.2' },
  hosted: false,
  accepts: ['both'],
  redirects: 'within_origin',
  readsRefusals: true,
  legacyTransport: false,
  challenge: 'sdk',
  resourceMetadata: SDK_RESOURCE_METADATA,
  resource: 'prefix',
  serverMetadata: SDK_V1_SERVER_METADATA,
  pkce: 'not_excluded',
  needsHttps: 'none',
  registration: ['dynamic'],
  takesClientId: true,
  scopes: 'server',
  inPage: false,
}

const SDK_V2: ClientProfile = {
  ...SDK_V1,
  name: 'sdk-v2',
  title: 'MCP SDK v2',
  basis: { kind: 'run', version: '2.4.0' },
  readsRefusals: false,
  resourceMetadata: { ...SDK_RESOURCE_METADATA, unreachable: 'stop' },
  serverMetadata: SDK_V2_SERVER_METADATA,
  needsHttps: 'token',
}

/** What hosted clients and editors have in common in reports, where a report says nothing else: they behave like the SDK. */
const LIKE_SDK: Omit<ClientProfile, 'name' | 'title'> = {
  ...SDK_V1,
  basis: REPORTED,
  readsRefusals: false,
  serverMetadata: { ...SDK_V1_SERVER_METADATA, openid: 'any' },
  legacyTransport: true,
  needsHttps: 'all',
  registration: ['document', 'dynamic'],
}

const PROFILES: readonly ClientProfile[] = [
  {
    ...LIKE_SDK,
    name: 'claude',
    title: 'Claude (claude.ai, Claude Desktop)',
    hosted: true,
    accepts: ['both', 'event_stream'],
  },
  { ...LIKE_SDK, name: 'claude-code', title: 'Claude Code' },
  {
    ...LIKE_SDK,
    name: 'chatgpt',
    title: 'ChatGPT',
    hosted: true,
    pkce: 'listed',
    scopes: 'authorization_server',
  },
  { ...LIKE_SDK, name: 'codex', title: 'Codex', scopes: 'authorization_server' },
  { ...LIKE_SDK, name: 'vscode', title: 'VS Code', challenge: 'rfc', resource: 'exact' },
  { ...LIKE_SDK, name: 'cursor', title: 'Cursor', registration: ['dynamic'] },
  {
    ...SDK_V2,
    name: 'inspector',
    title: 'MCP Inspector',
    basis: { kind: 'run', version: '2.12.0' },
    serverMetadata: { ...SDK_V2_SERVER_METADATA, openid: 'any' },
  },
  SDK_V1,
  SDK_V2,
  {
    ...SDK_V2,
    name: 'mcp-remote',
    title: 'mcp-remote',
    basis: { kind: 'run', version: '0.15.1' },
    legacyTransport: true,
  },
  {
    ...LIKE_SDK,
    name: 'strict',
    title: 'a client that takes RFC 9728 literally',
    legacyTransport: false,
    challenge: 'rfc',
    resourceMetadata: {
      fallsBackFromChallenge: true,
      wellKnown: ['path'],
      without: 'stop',
      unreachable: 'as_missing',
    },
    resource: 'exact',
    serverMetadata: {
      addresses: 'rfc8414',
      openid: 'any',
      passesUnreachable: false,
      passesStatus: [],
      issuer: 'exact',
      without: 'stop',
    },
    pkce: 'listed',
  },
  { ...SDK_V2, name: 'web-page', title: 'MCP SDK v2 in a web page', inPage: true },
]

/** The profiles of the clients that were chosen; of all where none was. A web page only counts where its origin is known. */
export function profilesOf(
  chosen: readonly ClientName[],
  { origin }: { readonly origin: string | undefined },
): readonly ClientProfile[] {
  const wanted = chosen.length === 0 ? PROFILES.map(({ name }) => name) : chosen
  return PROFILES.filter(
    ({ name, inPage }) => wanted.includes(name) && (!inPage || origin !== undefined),
  )
}
