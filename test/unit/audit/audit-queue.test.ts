import { expect, test } from 'vitest'
import { AuditQueue } from '../../../src/audit/audit-queue.js'
import type { ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
import type { AuditBatch, AuditSink } from '../../../src/audit/audit-sink.js'
import { RecordingLog } from '../../helpers/recording-log.js'

/** A sink that fails while `broken`; and timers that a test runs by hand. */
function failing() {
  const log = new RecordingLog()
  const waiting: (() => void)[] = []
  const written: string[] = []
  const state = { broken: false }
  const sink: AuditSink = {
    deliver({ lines }: AuditBatch) {
      if (state.broken) return Promise.reject(new Error('no space left'))
      written.push(...lines.trimEnd().split('\n'))
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
  const timers = {
    after: (_delayMs: number, run: () => void) => {
      waiting.push(run)
      return { cancel: () => undefined }
    },
  }
  const retry = async (): Promise<void> => {
    for (const run of waiting.splice(0)) run()
    await settled()
  }
  return { log, written, state, sink, timers, retry }
}

const record = (id: number) => ({ requestId: `${id}` }) as ToolCallRecord
/** Long enough for all that needs no timer. */
const settled = () => new Promise((resolve) => setImmediate(resolve))
const ids = (written: readonly string[]) =>
  written.map((line) => (JSON.parse(line) as ToolCallRecord).requestId)

test('records that could not be written are written later, in their order and once', async () => {
  const { log, written, state, sink, timers, retry } = failing()
  const queue = new AuditQueue({ sink, log, timers })
  state.broken = true
  queue.write(record(1), 'common')
  await settled()
  queue.write(record(2), 'common')
  expect(queue.accepts).toBe(false)
  state.broken = false
  await retry()
  expect(ids(written)).toEqual(['1', '2'])
  expect(queue.accepts).toBe(true)
  expect(log.lines.map(({ name }) => name)).toEqual(['audit_sink_failed', 'audit_sink_recovered'])
})

test('records beyond the memory are dropped, counted one by one, and logged once', async () => {
  const { log, written, state, sink, timers, retry } = failing()
  let dropped = 0
  const onDropped = (): void => {
    dropped += 1
  }
  const queue = new AuditQueue({ sink, log, timers, onDropped, maxRecords: 3 })
  state.broken = true
  for (let id = 1; id <= 10; id += 1) queue.write(record(id), 'common')
  await settled()
  expect(dropped).toBe(7)
  expect(log.named('audit_records_dropped')).toHaveLength(1)
  state.broken = false
  await retry()
  expect(ids(written)).toEqual(['1', '2', '3'])
  expect(log.named('audit_sink_recovered')[0]?.fields).toEqual({ dropped: 7 })
})

test('a place that is kept for a running call is not given to another record', () => {
  const { log, sink, timers } = failing()
  let dropped = 0
  const onDropped = (): void => {
    dropped += 1
  }
  const queue = new AuditQueue({ sink, log, timers, onDropped, maxRecords: 2 })
  queue.reserve()
  queue.reserve()
  expect(queue.accepts).toBe(false)
  queue.write(record(1), 'common')
  expect(dropped).toBe(1)
  queue.write(record(2), 'reserved')
  queue.write(record(3), 'reserved')
  expect(dropped).toBe(1)
})

test('what waits is written before the queue closes', async () => {
  const { log, written, sink, timers } = failing()
  const queue = new AuditQueue({ sink, log, timers })
  queue.write(record(1), 'common')
  await queue.close()
  expect(ids(written)).toEqual(['1'])
})

test('records of strangers have a tenth of the places, and leave the others to calls of users', async () => {
  const { log, written, state, sink, timers, retry } = failing()
  let dropped = 0
  const onDropped = (): void => {
    dropped += 1
  }
  const queue = new AuditQueue({ sink, log, timers, onDropped, maxRecords: 20 })
  state.broken = true
  queue.write(record(0), 'common')
  await settled()
  let strangers = 0
  for (let id = 100; id < 130; id += 1) {
    if (!queue.acceptsStrangers) continue
    queue.write(record(id), 'stranger')
    strangers += 1
  }
  expect(strangers).toBe(2)
  for (let id = 1; id <= 17; id += 1) queue.write(record(id), 'common')
  expect(dropped).toBe(0)
  state.broken = false
  await retry()
  expect(written).toHaveLength(20)
  expect(queue.acceptsStrangers).toBe(true)
})

test('calls of strangers that were let in have no more places together, from their beginning until their records are handed over', async () => {
  const { log, written, sink, timers } = failing()
  const queue = new AuditQueue({ sink, log, timers, maxRecords: 20 })
  queue.reserve('reserved_stranger')
  expect(queue.acceptsStrangers).toBe(true)
  queue.reserve('reserved_stranger')
  expect([queue.acceptsStrangers, queue.accepts]).toEqual([false, true])
  queue.write(record(1), 'reserved_stranger')
  expect(queue.acceptsStrangers).toBe(false)
  await settled()
  expect([ids(written), queue.acceptsStrangers]).toEqual([['1'], true])
})

test('the record of a call that was let in is not lost where larger records have used up the memory since', async () => {
  const { log, written, state, sink, timers, retry } = failing()
  const dropped: number[] = []
  const queue = new AuditQueue({
    ...{ sink, log, timers, maxBytes: 100 },
    onDropped: () => dropped.push(1),
  })
  queue.reserve()
  queue.reserve()
  queue.reserve()
  state.broken = true
  const large = { ...record(1), tool: 'x'.repeat(100) }
  queue.write(large, 'reserved')
  await settled()
  queue.write(record(2), 'reserved')
  queue.write(record(3), 'reserved')
  queue.write(record(4), 'common')
  state.broken = false
  await retry()
  expect(ids(written)).toEqual(['1', '2', '3'])
  expect(dropped).toHaveLength(1)
})
