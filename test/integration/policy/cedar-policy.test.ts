import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCedarPolicy } from '../../../src/policy/cedar-policy.js'
import type { PolicyCall } from '../../../src/policy/policy.js'
import {
  bookingToken,
  reached,
  sendRound,
  startConfirmingServer,
} from '../../helpers/confirming-server.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'

const EXAMPLE = fileURLToPath(new URL('../../../examples/policies/bookings.cedar', import.meta.url))

const CALL: PolicyCall = {
  requestId: 'r1',
  caller: {
    ...{ issuer: 'https://issuer.example.com/', subject: 'alice', clientId: 'agent' },
    ...{ scopes: ['read', 'write'], organization: 'org_1' },
  },
  ...{ tool: 'pay', api: 'bank', operation: 'POST /payments', method: 'POST', path: '/payments' },
  annotations: { destructiveHint: true },
  arguments: {},
}

/** Decides about a call of `pay` with such arguments. */
async function decide(policies: string, args: Readonly<Record<string, unknown>> = {}) {
  const policy = await createCedarPolicy({ policies })
  const call = { ...CALL, arguments: args }
  return async () => policy(call, new AbortController().signal)
}

const PERMIT = 'permit (principal, action, resource);\n'
const forbidden = (when: string): string =>
  `${PERMIT}forbid (principal, action, resource) when { ${when} };`

/** A file with such policies, gone after the test. */
function policyFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'cedar-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true })
  })
  const path = join(directory, 'policies.cedar')
  writeFileSync(path, text)
  return path
}

describe('POLICY_FILE, with the example of the documentation', () => {
  const environment = { POLICY_FILE: EXAMPLE, OPENAPI_CONFIRM: 'off' }
  const many = { body: { trip: 'trip-7', seats: 9 } }

  test.each<readonly [string, object, string, string]>([
    ['listBookings', {}, 'any', 'ok'],
    ['cancelBooking', { bookingId: 'b1' }, 'any', 'policy_denied'],
    ['createBooking', many, 'travel-agent', 'policy_denied'],
    ['createBooking', { body: { trip: 'trip-7' } }, 'travel-agent', 'policy_unavailable'],
  ])('%s with %j through the client %s: %s', async (tool, args, client, outcome) => {
    const server = await startConfirmingServer({ environment })
    const token = await bookingToken(server, { client_id: client })
    await sendRound(server, { token, tool, args })
    expect(server.audit.records).toMatchObject([{ outcome }])
    expect(reached(server)).toEqual(outcome === 'ok' ? [1, 1] : [0, 0])
  })

  test('asks the user for the client that may change bookings, and makes the call', async () => {
    const server = await startConfirmingServer({ environment })
    const token = await bookingToken(server, { client_id: 'travel-agent' })
    const { question, state: requestState } = await sendRound(server, { token })
    expect(question).toContain('Why you are asked: `This changes a booking.`')
    expect(reached(server)).toEqual([0, 0])
    await sendRound(server, { token, requestState, action: 'accept' })
    expect(reached(server)).toEqual([1, 1])
  })

  test('says why a call is denied', async () => {
    const server = await startConfirmingServer({ environment })
    const token = await bookingToken(server, { client_id: 'travel-agent' })
    const { text } = await sendRound(server, { token, tool: 'createBooking', args: many })
    expect(text).toContain('"Groups of more than eight people book by telephone."')
  })
})

describe('POLICY_FILE at the start', () => {
  test.each([
    ['permit (principal, action, resource)', /line 1, column 37: unexpected end of input/],
    [`${PERMIT}// ü\nforbid (principal, action, resource) whn { 1 };`, /line 3, column 38: .*whn/],
    ['// nothing', /line 1, column 1: there is no policy/],
    ['permit (principal == ?principal, action, resource);', /line 1, column 1: is a template/],
    [`${PERMIT}\n@ask\n${PERMIT}`, /line 3, column 1: @ask says nothing/],
    [`@reasn("x") ${PERMIT}`, /Did you mean @reason\?/],
    [`@Decision("ask") ${PERMIT}`, /Did you mean @decision\?/],
    [`@decision("deny") ${PERMIT}`, /@decision can be "ask" alone/],
    [`@decision ${PERMIT}`, /@decision can be "ask" alone/],
    ['@decision("ask") forbid (principal, action, resource);', /stand on a permit alone/],
    [`@reason ${PERMIT}`, /@reason needs a text/],
    [forbidden('principal in Group::"admins"'), /line 2, .* type Group\. There are User/],
    [forbidden('principal is Usr'), /no call has an entity of the type Usr/],
    ['forbid (principal, action == Action::"delete", resource);', /there is one action/],
  ])('names what is wrong with %j', async (text, hint) => {
    const path = policyFile(text)
    await expect(startMcpServer({ environment: { POLICY_FILE: path } })).rejects.toThrow(hint)
    await expect(createCedarPolicy({ policies: text })).rejects.toThrow(hint)
  })

  test('names a file that is not there', async () => {
    const environment = { POLICY_FILE: '/no/such/policies.cedar' }
    await expect(startMcpServer({ environment })).rejects.toThrow(/POLICY_FILE.*does not exist/s)
  })

  test('is not set together with a policy of one’s own', async () => {
    const environment = { POLICY_FILE: EXAMPLE }
    const policy = () => ({ decision: 'allow' }) as const
    await expect(startMcpServer({ environment, policy })).rejects.toThrow(/a policy of its own/)
  })
})

describe('a policy of Cedar', () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['principal == User::"https://issuer.example.com/|alice"', {}],
    ['principal.subject == "alice" && principal.organization == "org_1"', {}],
    ['resource == Tool::"pay" && resource in Api::"bank" && resource.api == "bank"', {}],
    ['context.client == "agent" && context.scopes.contains("write")', {}],
    ['context.method == "POST" && context.path == "/payments"', {}],
    ['context.annotations.destructiveHint', {}],
    ['context.arguments.amount > 100', { amount: 101 }],
    ['context.arguments.amount == decimal("19.99")', { amount: 19.99 }],
    ['context.arguments.body.amount.greaterThan(decimal("19.9"))', { body: { amount: 19.99 } }],
    ['context.decimals.body.amount.greaterThan(decimal("19.9"))', { body: { amount: 20 } }],
    ['context.decimals.amount.lessThan(decimal("0.0"))', { amount: -0.5 }],
    ['context.arguments has note && context.arguments.note == Null::"null"', { note: null }],
    ['context.arguments.ids.contains(2)', { ids: [1, 2] }],
    ['context.arguments.place == "52.5200066"', { place: 52.520_006_6 }],
    ['context.arguments has "__proto__"', JSON.parse('{"__proto__":1}') as Record<string, unknown>],
  ])('can tell of a call that %s', async (when, args) => {
    expect(await (await decide(forbidden(when), args))()).toMatchObject({ decision: 'deny' })
    expect(await (await decide(forbidden(`!(${when})`), args))()).toEqual({ decision: 'allow' })
  })

  test.each<readonly [string, string, Readonly<Record<string, unknown>>]>([
    ['an argument is absent', 'context.arguments.amount > 100', {}],
    ['null is compared', 'context.arguments.amount > 100', { amount: null }],
    ['a decimal is compared with a whole', 'context.arguments.amount > 100', { amount: 100.5 }],
    [
      'a number is no decimal',
      'context.decimals.amount.lessThan(decimal("1.0"))',
      { amount: 1e20 },
    ],
    [
      'a number is too exact',
      'context.decimals.amount.lessThan(decimal("1.0"))',
      { amount: 1.23456 },
    ],
    ['a text is compared', 'context.arguments.amount > 100', { amount: '101' }],
    ['an attribute is misspelt', 'context.argumets.amount > 100', { amount: 101 }],
    [
      'a text is no decimal',
      'decimal(context.arguments.a).lessThan(decimal("1.0"))',
      { a: 'hush' },
    ],
  ])('makes no call where %s', async (_, when, args) => {
    const decided = (await decide(forbidden(when), args))()
    await expect(decided).rejects.toMatchObject({
      code: 'policy_unavailable',
      details: { reason: 'evaluation_failed' },
      cause: { message: expect.stringContaining('the policy in line 2') as string },
    })
    await expect(decided).rejects.not.toMatchObject({
      cause: { message: expect.stringContaining('hush') as string },
    })
  })

  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

  test.each<readonly [string, string]>([
    ['an entity', '{"a":{"__entity":{"type":"User","id":"x"}}}'],
    ['an extension', '{"a":[{"__extn":{"fn":"decimal","arg":"1.0"}}]}'],
    ['an expression', '{"__expr":"User::\\"x\\""}'],
    ['a number out of range', '{"a":1e999}'],
    ['half of a character', '{"a":"\\ud800"}'],
    ['half of a character in a name', '{"\\ud800":1}'],
    ['33 levels', JSON.stringify({ a: deep(33) })],
    ['2,001 values', JSON.stringify({ a: Array.from({ length: 2_000 }, () => 1) })],
    ['too long a text', JSON.stringify({ a: 'x'.repeat(262_144) })],
  ])('is told no arguments with %s, and no call is made', async (_, text) => {
    const decided = (await decide(PERMIT, JSON.parse(text) as Record<string, unknown>))()
    await expect(decided).rejects.toMatchObject({ details: { reason: 'input_unusable' } })
  })

  test('is told arguments up to its bounds', async () => {
    const args = { a: deep(31), b: Array.from({ length: 1_960 }, () => 'x'.repeat(100)) }
    expect(await (await decide(PERMIT, args))()).toEqual({ decision: 'allow' })
  })

  test('asks where one of the permits that apply asks, with the first reason in the file', async () => {
    const asking = Array.from(
      { length: 12 },
      (_, n) => `@decision("ask") @reason("${n}") ${PERMIT}`,
    )
    const policies = `${PERMIT}${asking.join('')}`
    expect(await (await decide(policies))()).toEqual({ decision: 'ask', reason: '0' })
  })

  test('denies what no policy is about, and what is forbidden although another policy fails', async () => {
    const nobody = 'permit (principal == User::"nobody", action, resource);'
    expect(await (await decide(nobody))()).toEqual({ decision: 'deny' })
    const both = `${forbidden('context.nothing')}\n@reason("no") forbid (principal, action, resource);`
    expect(await (await decide(both))()).toEqual({ decision: 'deny', reason: 'no' })
  })

  test('knows a call without a user', async () => {
    const policies = 'permit (principal == Anonymous::"anonymous", action, resource);'
    const policy = await createCedarPolicy({ policies })
    const { signal } = new AbortController()
    expect(await policy({ ...CALL, caller: undefined }, signal)).toEqual({ decision: 'allow' })
    expect(await policy(CALL, signal)).toEqual({ decision: 'deny' })
  })

  test('keeps its policies apart from those of another', async () => {
    const { signal } = new AbortController()
    const permits = await createCedarPolicy({ policies: PERMIT })
    await createCedarPolicy({ policies: forbidden('true') })
    expect(await permits(CALL, signal)).toEqual({ decision: 'allow' })
  })
})

test('the example of Cedar is one that can be used', async () => {
  await createCedarPolicy({ policies: readFileSync(EXAMPLE, 'utf8') })
})
