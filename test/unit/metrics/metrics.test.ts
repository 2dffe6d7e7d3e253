import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../../src/metrics/create-metrics.js'
import type {
  CallEnded,
  ObservedCall,
  ObservedRequest,
  RequestEnded,
} from '../../../src/observability/observer.js'
import { FAILURE_CODES } from '../../../src/failures/errors.js'
import { silentLog } from '../../../src/logging/logger.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { seriesIn, sumOf } from '../../helpers/prometheus-text.js'
import { RecordingLog } from '../../helpers/recording-log.js'

const OWN = 'mcp_on_behalf_of_'

const request = (members: Partial<ObservedRequest> = {}): ObservedRequest => ({
  requestId: 'id',
  traceId: undefined,
  method: 'POST',
  startedAtMs: 0,
  caller: undefined,
  mcpMethod: 'tools/call',
  ...members,
})

const callEnded = (tool: string, members: Partial<CallEnded> = {}): CallEnded => ({
  call: { tool, declared: true, decision: 'allowed', request: request() } as ObservedCall,
  outcome: 'ok',
  reason: undefined,
  httpStatus: undefined,
  answerBytes: undefined,
  durationMs: 12,
  ...members,
})

const requestEnded = (members: Partial<RequestEnded> = {}): RequestEnded => ({
  request: request(),
  calls: [],
  outcome: 'ok',
  reason: undefined,
  status: 200,
  refused: false,
  durationMs: 12,
  ...members,
})

function setUp(time = new ManualClock()) {
  const registry = new Registry()
  const metrics = createMetrics({ registry, clock: time.clock })
  const sum = async (name: string, labels?: Record<string, string>): Promise<number> =>
    sumOf(seriesIn(await registry.metrics()), name, labels)
  return { ...metrics, sum, time }
}

describe('metrics in a registry', () => {
  test.each(FAILURE_CODES)(
    'a call that fails with %s is counted once, as a failure',
    async (code) => {
      const { observer, sum } = setUp()
      const ended = callEnded('greet', { outcome: code })
      observer.callEnded(ended)
      observer.requestEnded(requestEnded({ calls: [ended.call], outcome: code }))
      expect(await sum(`${OWN}failures_total`)).toBe(1)
      expect(await sum(`${OWN}failures_total`, { code })).toBe(1)
      expect(await sum(`${OWN}refusals_total`, { code, reason: 'none' })).toBe(1)
      expect(await sum(`${OWN}tool_calls_total`, { outcome: code })).toBe(1)
    },
  )

  test.each(FAILURE_CODES)(
    'a request without a call that fails with %s is counted',
    async (code) => {
      const { observer, sum } = setUp()
      observer.requestEnded(requestEnded({ outcome: code, reason: 'not_json', status: 400 }))
      expect(await sum(`${OWN}failures_total`, { code })).toBe(1)
      expect(await sum(`${OWN}refusals_total`, { code, reason: 'not_json' })).toBe(1)
    },
  )

  test('an audit record that was lost is counted', async () => {
    const { observer, sum } = setUp()
    expect(await sum(`${OWN}audit_records_dropped_total`)).toBe(0)
    observer.auditDropped({ atMs: 0 })
    expect(await sum(`${OWN}audit_records_dropped_total`)).toBe(1)
  })

  test('tools beyond the first two hundred are not told apart', async () => {
    const { observer, sum } = setUp()
    for (let tool = 0; tool < 210; tool += 1) observer.callEnded(callEnded(`tool${tool}`))
    observer.callEnded(callEnded('tool0'))
    expect(await sum(`${OWN}tool_calls_total`, { tool: 'tool0' })).toBe(2)
    expect(await sum(`${OWN}tool_calls_total`, { tool: 'tool199' })).toBe(1)
    expect(await sum(`${OWN}tool_calls_total`, { tool: 'other' })).toBe(10)
  })

  test('a pause of exchanges is shown until it is over', async () => {
    const { observer, sum, time } = setUp()
    const issuer = 'https://issuer.example/'
    const guard = { issuer, breakerOpen: false }
    observer.exchangeGuardChanged({ ...guard, pausedUntilMs: time.clock() + 5_000 })
    expect(await sum(`${OWN}exchange_paused`, { issuer })).toBe(1)
    await time.advance(5_000)
    expect(await sum(`${OWN}exchange_paused`, { issuer })).toBe(0)
  })

  test('events of the log are counted by name and level, and still logged', async () => {
    const { countEvents, sum } = setUp()
    const log = new RecordingLog()
    countEvents(log).warn({ event: 'step_up_loop', times: 2 })
    expect(log.named('step_up_loop').map(({ fields }) => fields['times'])).toEqual([2])
    const labels = { event: 'step_up_loop', level: 'warn' }
    expect(await sum(`${OWN}log_events_total`, labels)).toBe(1)
  })

  test('a logger whose writing fails later is still seen to fail', async () => {
    const { countEvents } = setUp()
    const failing = { ...silentLog, info: () => Promise.reject(new Error('disk full')) }
    const log = countEvents(failing)
    const written: unknown = (log.info as (event: object) => unknown)({ event: 'listening' })
    await expect(written).rejects.toThrow('disk full')
  })

  test('a registry of one’s own gets no metrics of the process, unless it asks for them', async () => {
    const own = setUp()
    expect(await own.registry.metrics()).not.toContain('process_resident_memory_bytes')
    const registry = new Registry()
    const metrics = createMetrics({ registry, process: true })
    const series = seriesIn(await registry.metrics())
    metrics.close()
    expect(sumOf(series, 'process_resident_memory_bytes')).toBeGreaterThan(0)
    const delays = series.filter(({ name }) => name.startsWith('nodejs_eventloop_delay_'))
    expect(delays).toHaveLength(4)
    for (const { value } of delays) expect(value).toBeGreaterThanOrEqual(0)
  })
})
