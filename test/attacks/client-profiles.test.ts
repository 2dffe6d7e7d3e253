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
}

const BOTH = `${WHOAMI} ${GREET}`

/** What a token says, and what it is good for. */
const TOKENS: readonly TokenKind[] = [
  kind('everything', { scope: BOTH, permissions: [WHOAMI, GREET] }, ['greet', 'whoami']),
  kind('all scopes, and no claim of permissions', { scope: BOTH, permissions: undefined }, [
    ...['greet', 'whoami'],
  ]),
  kind('all scopes of a user without permissions', { scope: BOTH, permissions: [] }, []),
  kind('all scopes and one permission', { scope: BOTH, permissions: [WHOAMI] }, ['whoami']),
  kind('one scope and all permissions', { scope: WHOAMI, permissions: [WHOAMI, GREET] }, [
    'whoami',
  ]),
  kind('one scope and the other permission', { scope: WHOAMI, permissions: [GREET] }, []),
  kind('sign-in scopes alone', { scope: 'openid profile', permissions: [WHOAMI, GREET] }, []),
  kind('no claim of scopes', { scope: undefined, permissions: [WHOAMI, GREET] }, []),
  kind('names that look alike', { scope: 'tool:* TOOL:GREET', permissions: ['tool:*', '*'] }, []),
  // Refused as they are, whoever sends them.
  kind('permissions as a text', { scope: BOTH, permissions: BOTH }, []),
  kind('another audience', { ...everything(), aud: 'https://other.example/' }, []),
  kind('a time that is over', { ...everything(), exp: 1 }, []),
  kind('a machine in place of a user', { ...everything(), gty: 'client-credentials' }, []),
]

function kind(name: string, claims: TokenKind['claims'], tools: TokenKind['tools']): TokenKind {
  return { name, claims, tools }
}

function everything(): TokenKind['claims'] {
  return { scope: BOTH, permissions: [WHOAMI, GREET] }
}

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

const SETTINGS: readonly { readonly name: string; readonly environment: Environment }[] = [
  { name: 'as it comes', environment: {} },
]

describe.each(SETTINGS)('a server $name', ({ environment }) => {
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
      const expected = TOKENS.flatMap(({ name, tools }) => NAMED.map(() => [name, tools]))
      expect(table).toEqual(expected)
    },
  )
})
