import { afterEach, describe, expect, test } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { API_AUDIENCE, CLIENT_ID } from '../../helpers/exchange-answers.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject, type ToolAnswer } from '../../helpers/tool-answer.js'

let server: TestServer

afterEach(async () => {
  await server.close()
})

const open = async (environment: Environment = {}): Promise<void> => {
  server = await startMcpServer({ environment })
}

/** A call that has come through services, the newest first. */
const callThrough = async (
  services: readonly string[],
  claims: Readonly<Record<string, unknown>> = {},
): Promise<ToolAnswer> => {
  const act = services.reduceRight<object | undefined>(
    (inner, sub) => ({ sub, ...(inner === undefined ? {} : { act: inner }) }),
    undefined,
  )
  return callForAnswer(server, { token: await mintSubject(server, { act, ...claims }) })
}

describe('the record of an exchange', () => {
  test('the record of an exchange says who calls what, through whom, for whom, with what', async () => {
    await open()
    const answer = await callThrough(['front', 'app'], { org_id: 'org_one' })
    expect(answer.isError).toBe(false)
    expect(server.log.named('token_exchanged')).toMatchObject([
      {
        level: 'info',
        fields: {
          tool: 'greet',
          subject: 'auth0|alice',
          organization: 'org_one',
          clientId: 'some-client',
          audience: API_AUDIENCE,
          asked: ['read:private'],
          granted: ['read:private'],
          actors: [CLIENT_ID, 'front', 'app'],
        },
      },
    ])
  })

  test('the record of an exchange names client and server for a call that came directly', async () => {
    await open()
    await callThrough([])
    const [line] = server.log.named('token_exchanged')
    expect(line?.fields['actors']).toEqual([CLIENT_ID, 'some-client'])
  })

  test('the record of an exchange is written for every call, from the cache or not, and for no other request', async () => {
    await open()
    const token = await mintSubject(server)
    for (const tool of ['greet', 'whoami', 'greet', 'get_datetime']) {
      await callForAnswer(server, { token, tool })
    }
    expect(server.log.named('token_exchanged')).toHaveLength(2)
    expect(server.issuer.tokenRequests).toHaveLength(1)
  })
})

describe('a chain of services', () => {
  const services = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `service-${index}`)

  test('a chain of services within the limit is served', async () => {
    await open()
    expect((await callThrough(services(4))).isError).toBe(false)
  })

  test.each([
    [{}, 5, '5 is the limit'],
    [{ DELEGATION_MAX_DEPTH: '2' }, 2, '2 is the limit'],
  ])(
    'a chain of services beyond the limit is explained, and nothing is asked for',
    async (environment, depth, words) => {
      await open(environment)
      const answer = await callThrough(services(depth))
      expect(answer).toMatchObject({ status: 200, isError: true, challenge: null })
      expect(answer.text).toContain(`passed through ${depth} services`)
      expect(answer.text).toContain(words)
      expect([server.issuer.tokenRequests.length, server.api.requests.length]).toEqual([0, 0])
      const lines = server.log.lines.filter(({ fields }) => fields['code'] === 'delegation_refused')
      expect(lines.length).toBeGreaterThan(0)
      for (const { fields } of lines) expect(fields).toMatchObject({ security: true })
    },
  )

  test('a chain of services with a current actor that is not on the list is refused', async () => {
    await open({ DELEGATION_ALLOWED_ACTORS: 'front back' })
    expect((await callThrough(['front', 'anything'])).isError).toBe(false)
    const before = server.api.requests.length
    const answer = await callThrough(['stranger', 'front'])
    expect(answer).toMatchObject({ status: 200, isError: true })
    expect(answer.text).not.toContain('stranger')
    expect(server.api.requests).toHaveLength(before)
  })

  test('a chain of services is no matter for tools that call no API', async () => {
    await open({ DELEGATION_MAX_DEPTH: '2' })
    const act = { sub: 'a', act: { sub: 'b', act: { sub: 'c' } } }
    const token = await mintSubject(server, { act })
    expect((await callForAnswer(server, { token, tool: 'whoami' })).isError).toBe(false)
  })
})

test('a machine is no user: it gets no exchange', async () => {
  await open()
  for (const claims of [
    { sub: 'some-client@clients' },
    { sub: 'some-client' },
    { gty: 'client-credentials' },
  ]) {
    const token = await mintSubject(server, claims)
    expect((await callForAnswer(server, { token })).status).toBe(401)
  }
  expect(server.issuer.tokenRequests).toEqual([])
})
