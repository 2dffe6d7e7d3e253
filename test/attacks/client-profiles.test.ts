import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Environment } from '../../src/config/config.js'
import { SCRIPTED_CLIENTS } from '../clients/scripted/clients.js'
import { FAULTLESS, type Behaviour } from '../clients/scripted/scripted-client.js'
import { postMcp, rpc, rpcAnswer } from '../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../helpers/start-mcp-server.js'

const [WHOAMI, GREET] = ['tool:whoami', 'tool:greet']
const TOOLS = ['greet', 'whoami'] as const

interface TokenKind {
  readonly name: string
  readonly claims: Readonly<Record<string, unknown>>
  /** The tools of a client for which scopes and permissions both count. */
  readonly tools: readonly string[]
  /** Those of a client for which the permissions alone decide. Default: the same. */
  readonly byPermissions?: readonly string[]
}

const BOTH = `${WHOAMI} ${GREET}`

const ALL = ['greet', 'whoami']
const EVERYTHING = { scope: BOTH, permissions: [WHOAMI, GREET] }

/** What a token says, and what it is good for. */
const TOKENS: readonly TokenKind[] = [
  { name: 'everything', claims: EVERYTHING, tools: ALL },
  {
    name: 'all scopes, and no claim of permissions',
    claims: { scope: BOTH, permissions: undefined },
    ...{ tools: ALL, byPermissions: [] },
  },
  {
    name: 'all scopes of a user without permissions',
    claims: { scope: BOTH, permissions: [] },
    tools: [],
  },
  {
    name: 'all scopes and one permission',
    claims: { scope: BOTH, permissions: [WHOAMI] },
    tools: ['whoami'],
  },
  {
    name: 'one scope and all permissions',
    claims: { scope: WHOAMI, permissions: [WHOAMI, GREET] },
    ...{ tools: ['whoami'], byPermissions: ALL },
  },
  {
    name: 'one scope and the other permission',
    claims: { scope: WHOAMI, permissions: [GREET] },
    ...{ tools: [], byPermissions: ['greet'] },
  },
  {
    name: 'sign-in scopes alone',
    claims: { scope: 'openid profile', permissions: [WHOAMI, GREET] },
    ...{ tools: [], byPermissions: ALL },
  },
  {
    name: 'no claim of scopes',
    claims: { scope: undefined, permissions: [WHOAMI, GREET] },
    ...{ tools: [], byPermissions: ALL },
  },
  {
    name: 'names that look alike',
    claims: { scope: 'tool:* TOOL:GREET', permissions: ['tool:*', '*'] },
    tools: [],
  },
  // Refused as they are, whoever sends them.
  { name: 'permissions as a text', claims: { scope: BOTH, permissions: BOTH }, tools: [] },
  { name: 'another audience', claims: { ...EVERYTHING, aud: 'https://other.example/' }, tools: [] },
  { name: 'a time that is over', claims: { ...EVERYTHING, exp: 1 }, tools: [] },
  {
    name: 'a machine in place of a user',
    claims: { ...EVERYTHING, gty: 'client-credentials' },
    tools: [],
  },
]

/** How the claims name a client. Only the first one that is there counts. */
const NAMED: readonly ((id: string) => Readonly<Record<string, unknown>>)[] = [
  (id) => ({ client_id: id, azp: undefined }),
  (id) => ({ client_id: undefined, azp: id }),
]

interface Profile {
  readonly name: string
  readonly clientId: string
  readonly behaviour: Behaviour
}

const PROFILES: readonly Profile[] = SCRIPTED_CLIENTS.map(({ name, behaviour: own }) => {
  const behaviour = { ...FAULTLESS, ...own }
  const { registers } = behaviour
  return { name, behaviour, clientId: registers.startsWith('https:') ? registers : 'tpc_stranger' }
})

/** The tools that ran, of those that were called with each token. */
async function whatRan(server: TestServer, { behaviour }: Profile, token: string) {
  const ran: string[] = []
  for (const name of TOOLS) {
    const before = [server.api.requests.length, server.issuer.tokenRequests.length]
    const message = rpc('tools/call', { name, arguments: behaviour.noArguments })
    const headers = { Accept: behaviour.accept }
    const answer = await postMcp(server.endpoint, message, { token, headers })
    const { result } = rpcAnswer(answer) as { readonly result?: { readonly isError?: boolean } }
    const answered = answer.status === 200 && result !== undefined && result.isError !== true
    if (answered) ran.push(name)
    const after = [server.api.requests.length, server.issuer.tokenRequests.length]
    if (!answered) expect([name, ...after]).toEqual([name, ...before])
  }
  return ran
}

interface Setting {
  readonly name: string
  readonly environment: Environment
  /** The clients for which permissions alone decide. */
  readonly byPermissions: (clientId: string) => boolean
}

const SETTINGS: readonly Setting[] = [
  { name: 'as it comes', environment: {}, byPermissions: () => false },
  {
    name: 'that answers by results, and goes by the permissions of some clients',
    environment: {
      CHALLENGE_RESULT_CLIENTS: 'https://chatgpt.com/oauth/ https://claude.ai/oauth/',
      PERMISSION_CLIENTS: 'https://chatgpt.com/oauth/codex/',
      STRUCTURED_DENIALS: 'on',
    },
    byPermissions: (clientId) => clientId === 'https://chatgpt.com/oauth/codex/7f3a9c/client.json',
  },
]

describe.each(SETTINGS)('a server $name', ({ environment, byPermissions }) => {
  let server: TestServer

  beforeAll(async () => {
    server = await startMcpServer({ environment })
  })

  afterAll(() => server.close())

  test.each(PROFILES)(
    '$name gets no more than its token and the permissions of its user allow',
    async (profile) => {
      const table: [token: string, tools: readonly string[]][] = []
      for (const { name, claims } of TOKENS) {
        for (const named of NAMED) {
          const token = await server.mint({ ...claims, ...named(profile.clientId) })
          table.push([name, await whatRan(server, profile, token)])
        }
      }
      const permissionsDecide = byPermissions(profile.clientId)
      const expected = TOKENS.flatMap(({ name, tools, byPermissions: alone = tools }) =>
        NAMED.map(() => [name, permissionsDecide ? alone : tools]),
      )
      expect(table).toEqual(expected)
    },
  )
})
