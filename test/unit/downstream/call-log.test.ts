import { describe, expect, test } from 'vitest'
import {
  logCallFailure,
  logExchange,
  logExchangeFailure,
  type LoggedCall,
} from '../../../src/downstream/call-log.js'
import { OnBehalfOfError, type FailureCode } from '../../../src/failures/errors.js'
import { API, callerOf, exchangedOf } from '../../helpers/exchange-requests.js'
import { RecordingLog, type LogLine } from '../../helpers/recording-log.js'

const CALLER = { subject: 'auth0|alice', clientId: 'some-client' }
const CALL = {
  host: 'library',
  tool: 'greet',
  api: 'invoices',
  audience: API,
  asked: ['read:private', 'write:private'],
  caller: callerOf(),
  requestId: 'request-1',
} as const

/** What a call puts into the log: one line. */
function lineOf(
  write: (call: LoggedCall) => void,
  changes: Partial<LoggedCall> = {},
): LogLine | undefined {
  const log = new RecordingLog()
  write({ ...CALL, log, ...changes })
  expect(log.lines).toHaveLength(1)
  return log.lines[0]
}

/** The fields of a line that have a value: those that would be written. */
function written(line: LogLine | undefined): Record<string, unknown> {
  return JSON.parse(JSON.stringify(line?.fields)) as Record<string, unknown>
}

describe('the log line of an exchange', () => {
  test('the log line of an exchange names the tool, the user, the client, the API, and what was asked', () => {
    const line = lineOf((call) => {
      logExchange(call, exchangedOf('token'))
    })
    expect([line?.level, line?.name]).toEqual(['info', 'token_exchanged'])
    expect(written(line)).toEqual({
      ...{ tool: 'greet', ...CALLER, requestId: 'request-1' },
      ...{ api: 'invoices', audience: API, asked: ['read:private', 'write:private'] },
    })
  })

  test('the log line of an exchange names the granted scopes, the actors and the organization where there are any', () => {
    const exchanged = exchangedOf('token', {
      scopes: ['read:private'],
      delegation: { actor: 'agent', chain: ['agent', 'gateway'] },
    })
    const caller = callerOf({ organization: 'org_1' })
    const line = lineOf(
      (call) => {
        logExchange(call, exchanged)
      },
      { caller },
    )
    expect(line?.fields).toMatchObject({
      granted: ['read:private'],
      actors: ['agent', 'gateway'],
      organization: 'org_1',
    })
  })

  test('the log line of an exchange is bounded, and breaks no line, whatever the authorization server writes', () => {
    const long = `a\nb${'x'.repeat(1_000)}`
    const exchanged = exchangedOf('token', {
      scopes: [long],
      delegation: { actor: long, chain: [long] },
    })
    const line = lineOf(
      (call) => {
        logExchange(call, exchanged)
      },
      { caller: callerOf({ organization: long, subject: long, clientId: long }) },
    )
    for (const name of ['granted', 'actors', 'organization', 'subject', 'clientId']) {
      const [value] = [line?.fields[name]].flat()
      expect([name, value]).toEqual([name, expect.stringMatching(/^a b[^\n]*1003 characters/)])
    }
  })
})

describe('the log line of a failed exchange', () => {
  test.each([
    ['consent_required', 'warn', false],
    ['exchange_misconfigured', 'error', false],
    ['exchange_rejected', 'error', true],
  ] as const)(
    'the log line of a failed exchange of %s has the level of its code, %s, and says whether it matters to security: %s',
    (code, level, security) => {
      const failure = new OnBehalfOfError(code)
      const line = lineOf((call) => {
        logExchangeFailure(call, failure)
      })
      expect([line?.level, line?.name]).toEqual([level, 'exchange_failed'])
      expect(line?.fields['security']).toBe(security)
    },
  )

  test('the log line of a failed exchange says who called what, why it failed, and what lies below', () => {
    const failure = new OnBehalfOfError('exchange_unavailable', {
      reason: 'timed_out',
      cause: new Error('too late'),
      log: { errorDescription: 'words of the server' },
    })
    const line = lineOf((call) => {
      logExchangeFailure(call, failure)
    })
    expect(written(line)).toMatchObject({
      ...{ tool: 'greet', ...CALLER, requestId: 'request-1', api: 'invoices', audience: API },
      ...{ code: 'exchange_unavailable', reason: 'timed_out' },
      errorDescription: 'words of the server',
      err: { name: 'OnBehalfOfError', causes: ['Error: too late'] },
    })
  })
})

describe('the log line of a failed call of the API', () => {
  const failed = (code: FailureCode, cause?: unknown) => (call: LoggedCall) => {
    const log = { method: 'GET', path: '/things/{id}' }
    logCallFailure(call, new OnBehalfOfError(code, { reason: 'broke_off', log, cause }))
  }

  test('the log line of a failed call of the API says who called what, and which call failed', () => {
    const line = lineOf(failed('downstream_forbidden'))
    expect([line?.level, line?.name]).toEqual(['warn', 'api_call_failed'])
    expect(written(line)).toEqual({
      ...{ tool: 'greet', ...CALLER, requestId: 'request-1', api: 'invoices' },
      ...{ code: 'downstream_forbidden', reason: 'broke_off', security: false },
      ...{ method: 'GET', path: '/things/{id}' },
    })
  })

  test('the log line of a failed call of the API says what lies below the failure where something does', () => {
    const line = lineOf(failed('downstream_unavailable', new Error('socket hang up')))
    expect(line?.level).toBe('error')
    expect(line?.fields['err']).toMatchObject({ causes: ['Error: socket hang up'] })
  })

  test('the log line of a failed call of the API says that it matters to security where it does', () => {
    expect(lineOf(failed('exchange_rejected'))?.fields).toMatchObject({ security: true })
  })

  test('the log line of a failed call of the API is for debugging in the standalone server, which logs the failure of the tool', () => {
    const line = lineOf(failed('downstream_unavailable'), { host: 'standalone' })
    expect([line?.level, line?.name]).toEqual(['debug', 'api_call_failed'])
  })
})

describe('what to correct, in a log line', () => {
  const HINT =
    'Check API_AUTH0_AUDIENCE, API_BASE_URL, AUTH0_AUDIENCE and MCP_AUTH0_CLIENT_ID (not MCP_PORT, an API or A_B2).'
  const withHint = (call: LoggedCall): void => {
    const log = { hint: HINT, problem: 'API_BASE_URL' }
    logExchangeFailure(call, new OnBehalfOfError('exchange_misconfigured', { log }))
  }

  test('what to correct, in a log line names the options for a user of the library, and the API by its name', () => {
    expect(lineOf(withHint)?.fields['hint']).toBe(
      'Check apis.invoices.audience, apis.invoices.baseUrl, resource and client.id (not MCP_PORT, an API or A_B2).',
    )
  })

  test('what to correct, in a log line leaves the name of the API open where the call has none', () => {
    expect(lineOf(withHint, { api: undefined })?.fields['hint']).toContain(
      'apis.….audience, apis.….baseUrl,',
    )
  })

  test('what to correct, in a log line names the settings in the standalone server', () => {
    expect(lineOf(withHint, { host: 'standalone' })?.fields['hint']).toBe(HINT)
  })

  test('what to correct, in a log line leaves the other fields of the failure as they are', () => {
    expect(lineOf(withHint)?.fields['problem']).toBe('API_BASE_URL')
    const line = lineOf((call) => {
      const log = { problem: 'AUTH0_AUDIENCE', hint: 7 }
      logCallFailure(call, new OnBehalfOfError('misconfigured', { log }))
    })
    expect(line?.fields).toMatchObject({ problem: 'AUTH0_AUDIENCE', hint: 7 })
    const bare = lineOf((call) => {
      logCallFailure(call, new OnBehalfOfError('misconfigured', { log: { problem: 'x' } }))
    })
    expect(written(bare)).not.toHaveProperty('hint')
  })
})
