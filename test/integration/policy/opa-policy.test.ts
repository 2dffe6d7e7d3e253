import { describe, expect, test } from 'vitest'
import { createOpaPolicy } from '../../../src/policy/opa-policy.js'
import { Secret } from '../../../src/secret.js'
import {
  asked,
  bookingToken,
  reached,
  sendRound,
  startConfirmingServer,
} from '../../helpers/confirming-server.js'
import { callTool, postMcp } from '../../helpers/mcp-requests.js'
import { json, sendJson, startOpaStandIn, type OpaAnswer } from '../../helpers/opa-stand-in.js'
import { deadOrigin } from '../../helpers/start-http-server.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject } from '../../helpers/tool-answer.js'

const TOKEN = 'opa-token-which-no-log-shows-0123456789'

const result = (value: unknown): OpaAnswer => json(200, { result: value })

async function decidedBy(url: string, environment: Readonly<Record<string, string>> = {}) {
  const server = await startMcpServer({ environment: { POLICY_URL: url, ...environment } })
  return { server, token: await mintSubject(server) }
}

describe('POLICY_URL', () => {
  test('asks the rule of Open Policy Agent who calls what, and makes the call that it allows', async () => {
    const opa = await startOpaStandIn(({ method }) => method === 'DELETE')
    const environment = { POLICY_URL: opa.url, POLICY_TOKEN: TOKEN, OPENAPI_CONFIRM: 'off' }
    const server = await startConfirmingServer({ environment })
    const token = await bookingToken(server)
    const answer = await sendRound(server, { token })
    expect(answer.isError).toBe(false)
    expect(reached(server)).toEqual([1, 1])
    expect(opa.requests).toMatchObject([
      {
        ...{ method: 'POST', url: '/v1/data/mcp/decision', contentType: 'application/json' },
        authorization: `Bearer ${TOKEN}`,
        body: {
          input: {
            ...{ tool: 'cancelBooking', api: 'api', operation: 'DELETE /bookings/{bookingId}' },
            ...{ method: 'DELETE', path: '/bookings/{bookingId}' },
            annotations: { destructiveHint: true },
            arguments: { bookingId: 'b1' },
            caller: { issuer: server.issuer.issuer, scopes: ['bookings'] },
          },
        },
      },
    ])
    expect(JSON.stringify(opa.requests)).not.toContain(token)
  })

  test.each<readonly [unknown, string]>([
    [true, 'ok'],
    [{ decision: 'allow' }, 'ok'],
    [{ allow: true, reason: 'Fine.' }, 'ok'],
    [false, 'policy_denied'],
    [{ decision: 'deny', reason: 'Not today.' }, 'policy_denied'],
    [{ allow: false }, 'policy_denied'],
  ])('takes the result %j', async (result, outcome) => {
    const opa = await startOpaStandIn(() => result)
    const { server, token } = await decidedBy(opa.url)
    await callForAnswer(server, { token })
    expect(server.audit.records).toMatchObject([{ outcome }])
  })

  test('tells the model why a call is denied', async () => {
    const opa = await startOpaStandIn(() => ({ allow: false, reason: 'Only on weekdays.' }))
    const { server, token } = await decidedBy(opa.url)
    const { text } = await callForAnswer(server, { token })
    expect(text).toContain('"Only on weekdays."')
    expect(reached(server)).toEqual([0, 0])
  })

  test('has the user asked', async () => {
    const opa = await startOpaStandIn(() => ({ decision: 'ask', reason: 'It is a lot.' }))
    const environment = { POLICY_URL: opa.url, OPENAPI_CONFIRM: 'off' }
    const { server, token, first, requestState } = await asked({ environment })
    expect(first.question).toContain('Why you are asked: `It is a lot.`')
    const second = await sendRound(server, { token, requestState, action: 'accept' })
    expect(second.isError).toBe(false)
    expect(reached(server)).toEqual([1, 1])
  })

  test.each<readonly [string, OpaAnswer, string]>([
    ['is undefined', json(200, {}), 'decision_undefined'],
    ['is null', result(null), 'decision_malformed'],
    ['is the text "true"', result('true'), 'decision_malformed'],
    ['is the number 1', result(1), 'decision_malformed'],
    ['is a list', result([true]), 'decision_malformed'],
    ['is empty', result({}), 'decision_malformed'],
    ['is an unknown decision', result({ decision: 'ALLOW' }), 'decision_malformed'],
    ['is said twice', result({ decision: 'deny', allow: true }), 'decision_malformed'],
    ['has no true or false as allow', result({ allow: 'true' }), 'decision_malformed'],
    ['has a reason that is no text', result({ allow: true, reason: ['x'] }), 'decision_malformed'],
    [
      'is a whole package, with rules that deny',
      result({ allow: true, deny: ['not on Sundays'] }),
      'decision_malformed',
    ],
    ['is no object', json(200, [{ result: true }]), 'decision_malformed'],
    [
      'comes with 500',
      json(500, { code: 'internal_error', message: 'hush', result: true }),
      'unexpected_status',
    ],
    ['comes with 404', json(404, { result: true }), 'unexpected_status'],
    ['comes with 401', json(401, { result: true }), 'unexpected_status'],
    ['comes with 201', json(201, { result: true }), 'unexpected_status'],
    [
      'is elsewhere',
      (res, req) => {
        const location = `http://${String(req.headers.host)}/v1/data/mcp/decision?again`
        res.writeHead(307, { location }).end()
      },
      'unexpected_status',
    ],
    [
      'says two things in one member',
      (res) => res.writeHead(200).end('{"result":false,"result":true}'),
      'decision_malformed',
    ],
    [
      'says two things within its result',
      (res) => res.writeHead(200).end('{"result":{"decision":"deny","decision":"allow"}}'),
      'decision_malformed',
    ],
    ['is no JSON', (res) => res.writeHead(200).end('{"result": tru'), 'not_json'],
    ['is nothing', (res) => res.writeHead(200).end(), 'not_json'],
    ['is endless', json(200, { result: true, explanation: 'x'.repeat(70_000) }), 'too_large'],
    [
      'breaks off',
      (res) => {
        res.writeHead(200, { 'content-length': '100' }).write('{"result": true')
        setImmediate(() => res.destroy())
      },
      'unreachable',
    ],
    ['never comes', () => undefined, 'timed_out'],
    ['never ends', (res) => res.writeHead(200).write('{"result": true'), 'timed_out'],
  ])('makes no call where the decision %s', async (_, answer, reason) => {
    const opa = await startOpaStandIn(() => true, answer)
    const timeout = reason === 'timed_out' ? '300' : '60000'
    const { server, token } = await decidedBy(opa.url, {
      ...{ POLICY_TOKEN: TOKEN, POLICY_TIMEOUT_MS: timeout },
    })
    const { isError, text } = await callForAnswer(server, { token })
    expect(isError).toBe(true)
    expect(text).toContain('cannot be decided')
    expect(opa.requests).toHaveLength(1)
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records).toMatchObject([
      { policy: 'unavailable', outcome: 'policy_unavailable', reason },
    ])
    const logged = JSON.stringify(server.log.lines)
    expect(logged).toContain(reason)
    expect(logged).not.toMatch(/hush|opa-token|not on Sundays/)
  })

  test('makes no call where nobody listens', async () => {
    const { server, token } = await decidedBy(`${await deadOrigin()}/v1/data/mcp/decision`)
    await callForAnswer(server, { token })
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records).toMatchObject([{ reason: 'unreachable' }])
  })

  test('asks again where the kept connection has ended, and keeps the others', async () => {
    let cut = false
    const opa = await startOpaStandIn(
      () => true,
      (res) => {
        if (cut) res.socket?.destroy()
        else sendJson(res, 200, { result: true })
        cut = false
      },
    )
    const { server, token } = await decidedBy(opa.url)
    await callForAnswer(server, { token })
    await callForAnswer(server, { token })
    expect(opa.server.connections).toBe(1)
    cut = true
    const { isError } = await callForAnswer(server, { token })
    expect(isError).toBe(false)
    expect(opa.requests).toHaveLength(4)
    expect(opa.server.connections).toBe(2)
  })

  test('makes no call with a number that JSON cannot carry', async () => {
    const opa = await startOpaStandIn(() => true)
    const { server, token } = await decidedBy(opa.url)
    const message = JSON.stringify(callTool('get_datetime', { a: 1 })).replace('"a":1', '"a":1e999')
    const { text } = await postMcp(server.endpoint, message, { token })
    expect(text).toContain('cannot be decided with these arguments')
    expect(opa.requests).toEqual([])
    expect(server.audit.records).toMatchObject([{ reason: 'input_unusable' }])
  })

  test('asks about members of any name as they were sent', async () => {
    const opa = await startOpaStandIn(() => true)
    const { server, token } = await decidedBy(opa.url)
    const message = JSON.stringify(callTool('get_datetime', { a: 1 })).replace(
      '"a":1',
      '"a":1,"__proto__":{"b":1},"toJSON":1',
    )
    await postMcp(server.endpoint, message, { token })
    const [{ body } = { body: {} }] = opa.requests
    const { input } = body as { readonly input: { readonly arguments: object } }
    expect(Object.entries(input.arguments)).toEqual([
      ['a', 1],
      ['__proto__', { b: 1 }],
      ['toJSON', 1],
    ])
  })
})

test.each(['ftp://opa/x', 'http://opa.example.com/v1/data/a', 'https://u:p@opa/v1/data/a'])(
  'createOpaPolicy refuses %s',
  (url) => {
    expect(() => createOpaPolicy({ url: new URL(url), token: new Secret('t') })).toThrow(TypeError)
  },
)
