import { describe, expect, test } from 'vitest'
import { logCallFailure, type ToolHost } from '../../../src/downstream/call-log.js'
import { callerOf } from '../../helpers/exchange-requests.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { deadOrigin } from '../../helpers/start-http-server.js'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { failureOf } from '../outcomes.js'

const TOOL = { name: 'greet', scopes: ['read:private'] }

async function logOf(
  answer: Parameters<typeof setUpApi>[0],
  options: NonNullable<Parameters<typeof setUpApi>[1]> = {},
) {
  const { client, server } = await setUpApi(answer, { tool: TOOL, ...options })
  const failure = await failureOf(client.json('/x', { schema: ANSWER }))
  return { origin: server.origin, failure, log: failure.details.log }
}

describe('the log of an API that is not available', () => {
  test('an API that cannot be reached is named by its origin, with the setting to check', async () => {
    const origin = await deadOrigin()
    const api = { audience: 'a', baseUrl: new URL(origin) }
    const { failure, log } = await logOf(undefined, { api })
    expect(failure.details.reason).toBe('unreachable')
    expect(log).toEqual({
      ...{ method: 'GET', path: '/x', origin },
      hint: `No connection to ${origin}. Check API_BASE_URL, and whether the API runs there.`,
    })
  })

  test('an API that does not answer in time is named by its origin, with the settings to check', async () => {
    const { origin, log } = await logOf(() => undefined, { timeoutMs: 50 })
    expect(log).toMatchObject({ origin })
    expect(log?.['hint']).toBe(
      `${origin} did not answer within API_TIMEOUT_MS. Check API_BASE_URL, and whether the API runs there.`,
    )
  })

  test('an API that answers with an outage is named by its origin, without a setting to check', async () => {
    const { origin, log } = await logOf((_req, res) => res.writeHead(503).end())
    expect(log).toEqual({ method: 'GET', path: '/x', origin })
  })

  test.each<[ToolHost, string]>([
    ['library', 'within apiCalls.timeoutMs. Check apis.notes.baseUrl,'],
    ['standalone', 'within API_TIMEOUT_MS. Check API_BASE_URL,'],
  ])(
    'the hint names the options in the library and the settings in the standalone server: %s',
    async (host, words) => {
      const { failure } = await logOf(() => undefined, { timeoutMs: 50 })
      const recorded = new RecordingLog()
      const call = { log: recorded, host, tool: 'greet', api: 'notes', requestId: '1' }
      logCallFailure({ ...call, caller: callerOf() }, failure)
      expect(recorded.lines[0]?.fields['hint']).toContain(words)
    },
  )
})

describe('the log of an API that wants more scope', () => {
  test.each([
    [
      'scope="write:things read:private"',
      ['write:things', 'read:private'],
      'Add the scope that the API names to downstream.scopes of greet.',
    ],
    [
      'scope=write:things, realm="a"',
      ['write:things'],
      'Add the scope that the API names to downstream.scopes of greet.',
    ],
    [
      'scope="read:private"',
      ['read:private'],
      'The tool asks for the scopes that the API names. See which scopes the API finds in the token.',
    ],
    [
      'realm="scope"',
      undefined,
      'The API does not say which scope it wants. Look it up, and add it to downstream.scopes of greet.',
    ],
  ])(
    'the log has the scopes that the API names, those that the tool asks for, and what to do: %s',
    async (challenge, named, hint) => {
      const { failure, log } = await logOf((_req, res) => {
        res.writeHead(403, {
          'WWW-Authenticate': `Bearer error="insufficient_scope", ${challenge}`,
        })
        res.end()
      })
      expect(failure.details.reason).toBe('api_wants_more_scope')
      expect(log).toEqual({ method: 'GET', path: '/x', asked: ['read:private'], named, hint })
    },
  )

  test('what the API names is bounded in the log, and never told to the model', async () => {
    const scope = Array.from({ length: 300 }, (_, at) => `s${at}`).join(' ')
    const { failure, log } = await logOf((_req, res) => {
      const challenge = `Bearer error="insufficient_scope", scope="${scope}"`
      res.writeHead(403, { 'WWW-Authenticate': challenge }).end()
    })
    expect(log?.['named']).toHaveLength(21)
    expect(failure.message).not.toContain('s1')
  })
})
