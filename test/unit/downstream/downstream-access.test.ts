import type { AuthInfo } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import {
  attachDownstreamAccess,
  downstreamOf,
  openDownstreamAccess,
} from '../../../src/downstream/downstream-access.js'
import type { DownstreamClient } from '../../../src/downstream/downstream-client.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { failureThrownBy } from '../outcomes.js'

interface Reported {
  readonly tool: string
  readonly failure: OnBehalfOfError
}

const CLIENT = {} as DownstreamClient

const authInfoOf = (): AuthInfo => ({ token: 'redacted', clientId: 'client', scopes: [] })

/** How a handler asks for its API. */
const ask = (authInfo: AuthInfo | undefined, tool: string, signal = new AbortController().signal) =>
  downstreamOf({ http: { authInfo }, mcpReq: { signal } }, tool)

/** A request whose tool "greet" has its API. */
function setUp() {
  const authInfo = authInfoOf()
  const reported: Reported[] = []
  const opened: (AbortSignal | undefined)[] = []
  openDownstreamAccess(authInfo, {
    calls: [{ name: 'greet', downstream: {} }],
    report: (tool, failure) => reported.push({ tool, failure }),
  })
  attachDownstreamAccess(authInfo, 'greet', {
    open: (signal) => {
      opened.push(signal)
      return CLIENT
    },
  })
  return { authInfo, reported, opened }
}

describe('a handler that asks for its API', () => {
  test('a handler that asks for its API gets the API of its tool, for calls that end with its signal', () => {
    const { authInfo, reported, opened } = setUp()
    const { signal } = new AbortController()
    expect(ask(authInfo, 'greet', signal)).toBe(CLIENT)
    expect(opened).toHaveLength(1)
    expect(opened[0]).toBe(signal)
    expect(reported).toEqual([])
  })

  test('a handler that asks for its API gets the failure of the exchange in place of the API, and the log is not told again', () => {
    const { authInfo, reported } = setUp()
    const failure = new OnBehalfOfError('consent_required')
    attachDownstreamAccess(authInfo, 'greet', { failure })
    expect(failureThrownBy(() => ask(authInfo, 'greet'))).toBe(failure)
    expect(reported).toEqual([])
  })

  test('a handler that asks for its API for another tool than the one that runs is refused, and the log of the request is told', () => {
    const { authInfo, reported } = setUp()
    const failure = failureThrownBy(() => ask(authInfo, 'other'))
    expect([failure.code, failure.details.reason]).toEqual([
      'misconfigured',
      'no_downstream_access',
    ])
    const log = failure.details.log ?? {}
    expect(log['tool']).toBe('other')
    expect(log['problem']).toBe('downstreamOf() was asked for the tool "other", and "greet" runs')
    expect(log['hint']).toBe('name the tool that runs: downstreamOf(context, "greet")')
    expect(reported).toHaveLength(1)
    expect(reported[0]?.tool).toBe('other')
    expect(reported[0]?.failure).toBe(failure)
  })

  test.each([
    [
      'that runs and declares no downstream',
      [{ name: 'other' }],
      'the tool "other" runs, and declares no downstream',
      'declare its downstream in tools: { name: "other", requiredScopes, downstream: { api, scopes } }',
    ],
    [
      'in place of one that declares no downstream either',
      [{ name: 'account' }],
      'downstreamOf() was asked for the tool "other", and "account" runs',
      'name the tool that runs, and declare its downstream in tools: { name: "account", requiredScopes, downstream: { api, scopes } }',
    ],
    [
      'in a batch of others',
      [{ name: 'account' }, { name: 'card', downstream: {} }],
      'downstreamOf() was asked for the tool "other", and "account" and "card" run',
      'name the tool that runs: downstreamOf(context, "card")',
    ],
    [
      'where only undeclared tools run',
      [],
      'downstreamOf() was asked for the tool "other", and no declared tool runs',
      'name the tool that runs, and declare its downstream in tools: { name: "other", requiredScopes, downstream: { api, scopes } }',
    ],
  ])(
    'a handler that asks for the API of a tool %s reads which tools run, and what to write',
    (_which, calls, problem, hint) => {
      const authInfo = authInfoOf()
      openDownstreamAccess(authInfo, { calls, report: () => undefined })
      const { log } = failureThrownBy(() => ask(authInfo, 'other')).details
      expect(log).toEqual({ tool: 'other', problem, hint })
    },
  )

  test('a handler that asks for its API with the auth of a request without an exchange is refused, and reads that it may be a copy', () => {
    const { authInfo } = setUp()
    for (const strange of [authInfoOf(), { ...authInfo }]) {
      const failure = failureThrownBy(() => ask(strange, 'greet'))
      expect([failure.code, failure.details.reason]).toEqual([
        'misconfigured',
        'no_downstream_access',
      ])
      const log = failure.details.log ?? {}
      expect(log['tool']).toBe('greet')
      expect(log['problem']).toContain('no token exchange took place')
      expect(log['hint']).toContain('not a copy')
    }
  })

  test('a handler that asks for its API without any auth is refused, and reads so', () => {
    const failure = failureThrownBy(() => ask(undefined, 'greet'))
    expect([failure.code, failure.details.reason]).toEqual([
      'misconfigured',
      'no_downstream_access',
    ])
    const log = failure.details.log ?? {}
    expect(log['tool']).toBe('greet')
    expect(log['problem']).toContain('no authInfo')
    expect(log['hint']).toContain('mount protect in front')
  })

  test('a handler that asks for its API under a name that is no text is refused, and a long name is bounded in the log', () => {
    const { authInfo } = setUp()
    const toolInLog = (tool: unknown) =>
      failureThrownBy(() => ask(authInfo, tool as string)).details.log?.['tool']
    expect(toolInLog(undefined)).toBe('undefined')
    expect(toolInLog(7)).toBe('number')
    expect(toolInLog('a b '.repeat(100))).toBe('a b '.repeat(25))
  })
})

test('the API of a tool belongs to one request: that of another is not reached', () => {
  const { authInfo, opened } = setUp()
  const other = setUp()
  ask(authInfo, 'greet')
  expect([opened.length, other.opened.length]).toEqual([1, 0])
})

test('an access for a request that was not prepared is not attached', () => {
  const authInfo = authInfoOf()
  attachDownstreamAccess(authInfo, 'greet', { open: () => CLIENT })
  expect(failureThrownBy(() => ask(authInfo, 'greet')).code).toBe('misconfigured')
})
