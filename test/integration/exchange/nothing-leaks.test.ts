import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { createProcessLog } from '../../../src/server/process-log.js'
import {
  answerWith,
  API_AUDIENCE,
  exchangeAsAsked,
  mintExchanged,
  tokenAnswer,
} from '../../helpers/exchange-answers.js'
import { boundSubject } from '../../helpers/exchange-bound.js'
import { leakedInto, leakyTexts } from '../../helpers/exchange-leaks.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { mintSubject } from '../../helpers/tool-answer.js'
import { startTestApi, type TestApi } from '../../helpers/test-api.js'
import { createSigningKey, TestIssuer, type TokenRequest } from '../../helpers/test-issuer.js'
import { AUTH0, PASSING, STANDARD, type Refusal } from './refusals.js'

/** Everything that a server wrote and answered, and everything that must not be in it. */
interface Traces {
  readonly written: string[]
  readonly secrets: Set<string>
}

interface Leaky extends Traces {
  call(tool?: string): Promise<void>
  send(token: string, headers?: Readonly<Record<string, string>>): Promise<void>
  readonly server: TestServer
}

let issuer: TestIssuer
let api: TestApi

beforeAll(async () => {
  issuer = await TestIssuer.start()
  api = await startTestApi()
})

afterAll(async () => {
  await Promise.all([issuer.close(), api.close()])
})

/** The production server with its production log, at its most talkative. */
async function open(environment: Environment): Promise<Leaky> {
  const [written, secrets] = [new Array<string>(), new Set<string>()]
  const log = createProcessLog({
    level: 'debug',
    destination: { write: (line: string) => written.push(line) },
  })
  const secret = { MCP_AUTH0_CLIENT_SECRET: undefined }
  const server = await startMcpServer({
    ...{ issuer, api, log },
    environment: { ...secret, ...environment },
  })
  const send = async (tool: string, token: string, headers = {}): Promise<void> => {
    secrets.add(token)
    const response = await postMcp(server.endpoint, callTool(tool), { token, headers })
    written.push(JSON.stringify(response.headers), response.text)
  }
  return {
    ...{ written, secrets, server },
    send: (token, headers) => send('greet', token, headers),
    call: async (tool = 'greet') => send(tool, await mintSubject(server)),
  }
}

/** Notes what travels to the token endpoint, and answers. */
function answering(
  { secrets }: Traces,
  answer: (request: TokenRequest, res: ServerResponse) => void | Promise<void>,
): void {
  issuer.tokenResponder = async (request, res) => {
    const { parameters, headers } = request
    for (const name of ['client_secret', 'client_assertion', 'subject_token']) {
      const value = parameters.get(name)
      if (value !== null) secrets.add(value)
    }
    const credentials = headers.authorization?.split(' ')[1]
    if (credentials !== undefined) secrets.add(credentials)
    await answer(request, res)
  }
}

/** Says the whole request back wherever there is room. */
function refusing(refusal: Refusal) {
  return ({ parameters, headers }: TokenRequest, res: ServerResponse): void => {
    const values = [...parameters.values(), headers.authorization ?? '']
    const echo = `${values.join(' ')} ${parameters.toString()} ${values.join('\n')}`
    const usual = { error: refusal.error ?? echo, error_description: echo, error_uri: echo }
    const challenge = `Bearer error_description="${values.join(' ').replace(/[^ -~]/g, '')}"`
    res
      .writeHead(refusal.status, {
        'Content-Type': 'application/json',
        'WWW-Authenticate': challenge,
        ...refusal.headers,
      })
      .end(refusal.body === undefined ? JSON.stringify(usual) : `${refusal.body}${echo}`)
  }
}

/** Answers with tokens that are no good, and notes them. */
function hostile(
  { secrets }: Traces,
  claims: Readonly<Record<string, unknown>>,
  key = issuer.keys[0],
) {
  return async (request: TokenRequest, res: ServerResponse): Promise<void> => {
    const chosen = key === undefined ? {} : { key }
    const token = await mintExchanged(issuer, request, { claims, ...chosen })
    secrets.add(token)
    answerWith(res, { ...tokenAnswer(token), refresh_token: token })
  }
}

async function drive(leaky: Leaky): Promise<void> {
  const works = async (): Promise<void> => {
    answering(leaky, exchangeAsAsked(issuer))
    await leaky.call()
  }
  await works()
  await leaky.call('whoami')
  for (const refusal of [...AUTH0, ...STANDARD, ...PASSING]) {
    answering(leaky, refusing(refusal))
    await leaky.call()
    await works()
  }
  const foreign = await createSigningKey()
  answering(leaky, hostile(leaky, {}, foreign))
  await leaky.call()
  const token = await issuer.mint(API_AUDIENCE)
  for (const claims of [
    ...[{ aud: token }, { aud: [API_AUDIENCE, token] }, { sub: token }, { org_id: token }],
    ...[{ iss: token }, { act: { sub: token } }, { act: token }, { scope: token }, { exp: 1 }],
  ]) {
    leaky.secrets.add(token)
    answering(leaky, hostile(leaky, claims))
    await leaky.call()
  }
  for (const body of [token, `"${token}"`, `{"access_token":"${token}"`, `<b>${token}`]) {
    answering(leaky, (_request, res) => {
      res.writeHead(200).end(body)
    })
    await leaky.call()
    await works()
  }
}

/** An API that says back what it was sent, but for a success. */
async function driveApi(leaky: Leaky): Promise<void> {
  answering(leaky, exchangeAsAsked(issuer))
  for (const status of [301, 400, 401, 403, 404, 409, 429, 500, 503]) {
    api.responder = (req, res) => {
      const { authorization = '' } = req.headers
      leaky.secrets.add(authorization.slice('Bearer '.length))
      res
        .writeHead(status, {
          Location: `/${authorization}`,
          'WWW-Authenticate': `Bearer error_description="${authorization}"`,
        })
        .end(JSON.stringify({ error: authorization }))
    }
    await leaky.call()
  }
  for (const body of ['no json: ', '{"msg":7,"sub":"']) {
    api.responder = (req, res) => res.end(`${body}${req.headers.authorization ?? ''}`)
    await leaky.call()
  }
  api.responder = (_req, res) => res.destroy()
  await leaky.call()
  api.responder = undefined
}

async function driveEndpoint(leaky: Leaky): Promise<void> {
  for (const claims of [
    { exp: 1 },
    { aud: 'x' },
    { scope: '' },
    { sub: 'x@clients' },
    { act: 7 },
  ]) {
    await leaky.send(await leaky.server.mint(claims))
  }
  const token = await mintSubject(leaky.server)
  await leaky.send(`${token}x`)
  await leaky.send(token.slice(0, -5))
  const bound = await boundSubject(leaky.server)
  await leaky.send(bound.token, bound.headers)
  leaky.secrets.add(bound.headers['DPoP'] ?? '')
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

describe('over many successes and failures, no token, secret, assertion or proof', () => {
  test.each<[string, Environment, readonly string[]]>([
    [
      "a secret like Auth0's",
      { MCP_AUTH0_CLIENT_SECRET: 'Zk3-q_9'.repeat(9), MCP_AUTH0_CLIENT_AUTHENTICATION: 'auto' },
      ['Zk3-q_9'.repeat(9)],
    ],
    [
      'a secret in the body',
      {
        MCP_AUTH0_CLIENT_SECRET: 'secret-of-the-mcp-server',
        MCP_AUTH0_CLIENT_AUTHENTICATION: 'client_secret_post',
      },
      ['secret-of-the-mcp-server'],
    ],
    [
      'a secret of another shape',
      {
        MCP_AUTH0_CLIENT_SECRET: 'k7P8Q~r2.x9~LmN4.pQ6~sT8',
        MCP_AUTH0_CLIENT_AUTHENTICATION: 'client_secret_post',
      },
      ['k7P8Q~r2.x9~LmN4.pQ6~sT8', 'LmN4.pQ6'],
    ],
    [
      'a private key',
      { MCP_AUTH0_CLIENT_PRIVATE_KEY: pem },
      pem.split('\n').filter((line) => line.length > 30 && !line.startsWith('-')),
    ],
  ])(
    'over many successes and failures, no token, secret, assertion or proof is in any log line or answer, with %s',
    async (_, environment, known) => {
      const leaky = await open(environment)
      for (const secret of known) leaky.secrets.add(secret)
      await drive(leaky)
      await driveApi(leaky)
      await driveEndpoint(leaky)
      await leaky.server.close()
      expect(leaky.written.length).toBeGreaterThan(200)
      expect(leaky.secrets.size).toBeGreaterThan(80)
      expect(leaky.written.join('')).toContain('token_exchanged')
      const leaks = leakyTexts(leaky.written, leaky.secrets)
      expect(leaks.slice(0, 5).map((text) => text.slice(0, 400))).toEqual([])
    },
  )
})

test('the scan finds what there is to find', () => {
  const secret = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl'
  const secrets = [secret, 's3cret']
  const leaky = [`before ${secret} behind`, `only ${secret.slice(10, 36)} of it`, 'a short s3cret']
  for (const text of leaky) expect(leakedInto(text, secrets)).toHaveLength(1)
  expect(leakyTexts([...leaky, 'nothing of the kind'], secrets)).toEqual(leaky)
  expect(leakedInto(`nothing ${secret.slice(10, 30)} of the kind`, secrets)).toEqual([])
})
