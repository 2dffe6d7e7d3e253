import { describe, expect, test, vi } from 'vitest'
import type { ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
import { digestOf } from '../../../src/audit/digest.js'
import { FAILURE_CODES, type FailureCode } from '../../../src/failures/errors.js'
import { FAILURE_TABLE } from '../../../src/failures/failure-table.js'
import { sumOf } from '../../helpers/prometheus-text.js'
import type { LogLine } from '../../helpers/recording-log.js'
import { SCENARIOS, type Scenario } from './scenarios.js'
import { ARGUMENT, startStand, type Stand } from './stand.js'

const OWN = 'mcp_on_behalf_of_'

/** Waiting for what is written behind an answer, on a machine that is busy. */
const PATIENCE = { timeout: 60_000 }

/** A failure as the log has it. */
async function loggedFailure(stand: Stand, code: FailureCode): Promise<LogLine> {
  const { event = 'tool_failed' } = scenarioOf(code)
  const found = await vi.waitUntil(
    () => stand.server.log.named(event).find(({ fields }) => fields['code'] === code),
    PATIENCE,
  )
  return found
}

async function recordOf(stand: Stand, requestId: unknown): Promise<ToolCallRecord> {
  const { audit } = stand.server
  const ofRequest = () => audit.records.filter((record) => record.requestId === requestId)
  await vi.waitUntil(() => ofRequest().length > 0, PATIENCE)
  const [record, ...others] = ofRequest()
  expect(others).toEqual([])
  if (record === undefined) throw new Error('there is no record')
  return record
}

function scenarioOf(code: FailureCode): Scenario {
  return SCENARIOS[code]
}

/** Codes of requests whose token was never verified. */
const OF_STRANGERS: readonly FailureCode[] = [
  'no_credentials',
  'malformed_credentials',
  'invalid_token',
  'verifier_unavailable',
  'request_forbidden',
]

function expectedRecord(code: FailureCode, { record, tool, event }: Scenario) {
  const { status } = FAILURE_TABLE[code]
  const known = { tool: tool ?? 'greet', toolDeclared: true, outcome: code }
  return {
    ...known,
    ...(event === undefined ? {} : { httpStatus: status }),
    ...(record as object),
  }
}

async function expectSeries(stand: Stand, code: FailureCode): Promise<void> {
  const { reason = 'none', record, tool = 'greet', requestOutcome = code } = scenarioOf(code)
  const series = await stand.series()
  const security = String(FAILURE_TABLE[code].security)
  const expected = [
    ['failures_total', { code, security }],
    ['refusals_total', { code, reason }],
    ['requests_total', { outcome: requestOutcome }],
    ...(record === 'none' ? [] : [['tool_calls_total', { tool, outcome: code }] as const]),
  ] as const
  const found = expected.map(([name, labels]) => [name, sumOf(series, `${OWN}${name}`, labels)])
  expect(found).toEqual(expected.map(([name]) => [name, 1]))
  const timed = { error_type: code }
  const requests = sumOf(series, 'http_server_request_duration_seconds_count', timed)
  expect(requests).toBe(requestOutcome === code ? 1 : 0)
  expect(sumOf(series, 'mcp_server_operation_duration_seconds_count', timed)).toBe(1)
}

describe('the evidence of a failure', () => {
  test.each(FAILURE_CODES)(
    '%s is in one audit record, one log line and its series, with the same reason, and no secret or argument is in any of them',
    async (code) => {
      const scenario = scenarioOf(code)
      const stand = await startStand(scenario)
      await scenario.cause(stand)
      const line = await loggedFailure(stand, code)
      const { requestId } = line.fields
      const { logLevel, security } = FAILURE_TABLE[code]
      expect([line.level, line.fields['reason'], line.fields['security']]).toEqual([
        ...[logLevel, scenario.reason, security],
      ])
      if (scenario.record !== 'none') {
        const record = await recordOf(stand, requestId)
        expect(record).toMatchObject(expectedRecord(code, scenario))
        expect(record.reason).toBe(scenario.reason)
        expect(record.user === undefined).toBe(OF_STRANGERS.includes(code))
        if (record.tool === 'greet' && record.toolReadFrom === 'body') {
          expect(record.argumentsSha256).toBe(digestOf({ name: ARGUMENT }))
        }
      }
      const ended = await vi.waitUntil(async () => {
        const active = sumOf(await stand.series(), 'http_server_active_requests')
        return active === 0
      }, PATIENCE)
      expect(ended).toBe(true)
      await expectSeries(stand, code)
      expect(await stand.leaks()).toEqual([])
    },
  )

  test('the only failures that do not occur in a tool call are those of a session that is not opened', () => {
    const without = FAILURE_CODES.filter((code) => SCENARIOS[code].record === 'none')
    expect(without).toEqual(['session_limit'])
  })

  test('the scan of the evidence finds a token and an argument where there are some', async () => {
    const stand = await startStand()
    const token = await stand.token()
    for (const fields of [{ token }, { name: ARGUMENT }]) {
      stand.server.log.lines.push({ level: 'info', name: 'careless', fields })
    }
    expect(await stand.leaks()).toHaveLength(2)
  })
})
