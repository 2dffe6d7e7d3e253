import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from 'mcp-on-behalf-of'
import type { Environment } from '../../../src/config/config.js'
import { exchangeAsAsked } from '../../helpers/exchange-answers.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startLibraryServer } from '../../helpers/start-library-server.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { json, TestIssuer, type TokenRequest } from '../../helpers/test-issuer.js'
import { toolAnswer } from '../../helpers/tool-answer.js'

let home: string
let path: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'replaced-'))
  path = join(home, 'credential')
})

afterEach(async () => {
  await rm(home, { recursive: true })
})

/** As a process would have it: the file is there, and `readEnvironment` has read it. */
async function serverWith(
  name: string,
  text: string,
  environment: Environment = {},
  issuer?: TestIssuer,
): Promise<TestServer> {
  await writeFile(path, text)
  return startMcpServer({
    environment: {
      MCP_AUTH0_CLIENT_SECRET: undefined,
      [name]: text.trim(),
      [`${name}_FILE`]: path,
      ...environment,
    },
    ...(issuer === undefined ? {} : { issuer }),
  })
}

/** Has the authorization server accept this client as `accepts` says, and refuse it with `error` otherwise. */
function accepting(
  issuer: TestIssuer,
  accepts: (request: TokenRequest) => boolean | Promise<boolean>,
  refusal: readonly [status: number, error: string] = [401, 'invalid_client'],
): void {
  const exchange = exchangeAsAsked(issuer)
  issuer.tokenResponder = async (request, res) => {
    if (await accepts(request)) return exchange(request, res)
    const [status, error] = refusal
    json(res, status, { error })
  }
}

/** The secret of a token request, in whichever place it stands. */
function secretOf({ headers, parameters }: TokenRequest): string | undefined {
  const basic = Buffer.from((headers.authorization ?? '').slice('Basic '.length), 'base64')
  return parameters.get('client_secret') ?? basic.toString().split(':')[1]
}

/** Calls of as many users, whose tokens no cache has. */
async function callsOf(server: TestServer, users: readonly string[]) {
  return callsWith(server, await Promise.all(users.map((sub) => server.mint({ sub }))))
}

async function callsWith(server: TestServer, tokens: readonly string[]) {
  return Promise.all(
    tokens.map(async (token) => {
      return toolAnswer(await postMcp(server.endpoint, callTool('greet'), { token })).isError
    }),
  )
}

const SOME = ['a', 'b', 'c', 'd', 'e', 'f']
const OTHERS = ['g', 'h', 'i', 'j', 'k', 'l']
const none = SOME.map(() => false)

describe('a secret that is replaced', () => {
  test.each(['rfc8693', 'auth0'])(
    'the moment that the authorization server accepts the new secret alone fails no call (%s)',
    async (adapter) => {
      const issuer = await TestIssuer.startTls()
      const environment = { EXCHANGE_CLIENT: adapter, CA_CERTIFICATES: issuer.ca }
      const server = await serverWith('MCP_AUTH0_CLIENT_SECRET', 'first', environment, issuer)
      accepting(issuer, (request) => secretOf(request) === 'first')
      const tokens = await Promise.all(SOME.map((sub) => server.mint({ sub })))
      expect(await callsWith(server, tokens)).toEqual(none)
      await writeFile(path, 'second')
      accepting(issuer, (request) => secretOf(request) === 'second')
      expect(await callsOf(server, OTHERS)).toEqual(none)
      // Kept tokens stay good: nobody is asked again for those.
      const asked = issuer.tokenRequests.length
      expect(await callsWith(server, tokens)).toEqual(none)
      expect(issuer.tokenRequests.length).toBe(asked)
    },
  )

  test.each([
    [401, 'access_denied'],
    [401, 'unauthorized_client'],
    [400, 'invalid_client'],
  ])('a refusal with %i %s has the file read too', async (status, error) => {
    const server = await serverWith('MCP_AUTH0_CLIENT_SECRET', 'first')
    await writeFile(path, 'second')
    accepting(server.issuer, (request) => secretOf(request) === 'second', [status, error])
    expect(await callsOf(server, ['a'])).toEqual([false])
  })

  test('a secret that is refused and has not changed is sent once for each call', async () => {
    const server = await serverWith('MCP_AUTH0_CLIENT_SECRET', 'first')
    accepting(server.issuer, () => false)
    expect(await callsOf(server, ['a', 'b'])).toEqual([true, true])
    expect(server.issuer.tokenRequests).toHaveLength(2)
  })

  test('a file that is gone when the secret is refused leaves the failure as it is', async () => {
    const server = await serverWith('MCP_AUTH0_CLIENT_SECRET', 'first')
    await rm(path)
    accepting(server.issuer, () => false)
    expect(await callsOf(server, ['a'])).toEqual([true])
    const [failed] = server.log.named('exchange_failed').concat(server.log.named('tool_failed'))
    expect(failed?.fields['code']).toBe('exchange_misconfigured')
    await writeFile(path, 'first')
  })
})

describe('a private key that is replaced', () => {
  const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

  test('the moment that the authorization server accepts the new key alone fails no call, from RSA to EC', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const server = await serverWith('MCP_AUTH0_CLIENT_PRIVATE_KEY', pem(rsa))
    const signedBy =
      (key: KeyObject) =>
      ({ parameters }: TokenRequest): Promise<boolean> =>
        jwtVerify(parameters.get('client_assertion') ?? '', createPublicKey(key)).then(
          () => true,
          () => false,
        )
    accepting(server.issuer, signedBy(rsa))
    expect(await callsOf(server, SOME)).toEqual(none)
    await writeFile(path, pem(ec))
    accepting(server.issuer, signedBy(ec))
    expect(await callsOf(server, OTHERS)).toEqual(none)
  })
})

describe('a library user whose secret is replaced', () => {
  test('an authentication of the library user is asked at each exchange, and once more when it is refused', async () => {
    let current = { secret: new Secret('first') }
    let vault = 'first'
    const greet = { name: 'greet', requiredScopes: [], downstream: { api: 'api', scopes: [] } }
    const server = await startLibraryServer({
      sdk: 'SDK v2',
      handlers: { greet: () => 'done' },
      tools: [greet],
      options: {
        client: {
          id: 'mcp-server',
          authentication: {
            current: () => current,
            refresh: () => {
              if (current.secret.reveal() !== vault) current = { secret: new Secret(vault) }
              return Promise.resolve()
            },
          },
        },
      },
    })
    accepting(server.issuer, (request) => secretOf(request) === vault)
    const call = async (sub: string) => {
      const token = await server.mint({ sub })
      await postMcp(server.endpoint, callTool('greet'), { token })
      return server.log.named('exchange_failed').length
    }
    expect(await call('a')).toBe(0)
    vault = 'second'
    expect(await call('b')).toBe(0)
    expect(server.issuer.tokenRequests.map(secretOf)).toEqual(['first', 'first', 'second'])
  })
})
