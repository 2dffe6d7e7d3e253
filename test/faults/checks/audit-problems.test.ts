import { describe, expect, test } from 'vitest'
import type { AuditRecord, ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
import type { SeenCall } from '../load/tool-call.js'
import { auditProblems } from './audit-problems.js'

const NOTHING_LOST = { fromMs: Infinity, toMs: -Infinity }

function seen(members: Partial<SeenCall> = {}): SeenCall {
  return {
    ...{ subject: 'user|a', verdict: 'ok', status: 200, requestId: 'one', wrong: undefined },
    ...{ beganMs: 0, endedMs: 1 },
    ...members,
  }
}

function record(members: Partial<ToolCallRecord> = {}): ToolCallRecord {
  const user = { issuer: 'https://as.example/', subject: 'user|a' }
  return {
    record: 'tool_call',
    requestId: 'one',
    outcome: 'ok',
    user,
    ...members,
  } as ToolCallRecord
}

const counted = (count: number) =>
  ({ record: 'calls_left_out', outcome: 'invalid_token', count }) as AuditRecord

describe('calls and records', () => {
  test('calls and records that agree are no problem', () => {
    const calls = [
      seen(),
      seen({ requestId: 'two', verdict: 'tool_error' }),
      seen({ requestId: 'three', verdict: 'http_error', status: 401 }),
      seen({ requestId: undefined, verdict: 'gone' }),
    ]
    const records = [
      record(),
      record({ requestId: 'two', outcome: 'downstream_failed' }),
      record({ requestId: 'three', outcome: 'invalid_token', httpStatus: 401 }),
      record({ requestId: 'four', outcome: 'client_gone' }),
    ]
    expect(auditProblems(calls, records, NOTHING_LOST)).toEqual([])
  })

  test.each([
    ['an answered call without a record', [seen()], [], 'no record of one'],
    ['two records of one call', [seen()], [record(), record()], 'a call has two records'],
    [
      'a record that no client knows of',
      [seen()],
      [record(), record({ requestId: 'two' })],
      '1 records, and 0 unanswered calls',
    ],
    [
      'a good answer whose record says that it failed',
      [seen()],
      [record({ outcome: 'downstream_failed' })],
      'the client saw ok 200, the record says downstream_failed',
    ],
    [
      'a tool error whose record says that all went well',
      [seen({ verdict: 'tool_error' })],
      [record()],
      'the client saw tool_error 200, the record says ok',
    ],
    [
      'another status than that of the record',
      [seen({ verdict: 'http_error', status: 401 })],
      [record({ outcome: 'rate_limited', httpStatus: 429 })],
      'the client saw http_error 401, the record says rate_limited 429',
    ],
    [
      'a record about another user',
      [seen({ subject: 'user|b' })],
      [record()],
      'one: a record about another user',
    ],
    [
      'an answer about another user',
      [seen({ wrong: 'user|a was told of user|b' })],
      [record()],
      'user|a was told of user|b',
    ],
  ])('calls and records tell of %s', (_what, calls, records, problem) => {
    expect(auditProblems(calls, records, NOTHING_LOST).join('\n')).toContain(problem)
  })

  test('calls and records agree where refused calls are counted in place of a record each, and not where more are counted', () => {
    const refused = seen({ verdict: 'http_error', status: 401 })
    expect(auditProblems([refused], [counted(1)], NOTHING_LOST)).toEqual([])
    expect(auditProblems([refused], [counted(2)], NOTHING_LOST)).toHaveLength(1)
    expect(auditProblems([refused, refused], [counted(1)], NOTHING_LOST)).toHaveLength(2)
    expect(auditProblems([seen()], [counted(1)], NOTHING_LOST)).toHaveLength(1)
  })

  test('calls and records may differ by those that a process had not written when it was killed, and by no others', () => {
    const lost = { fromMs: 0, toMs: 5 }
    expect(auditProblems([seen({ endedMs: 3 })], [], lost)).toEqual([])
    expect(auditProblems([seen({ endedMs: 6 })], [], lost)).toHaveLength(1)
  })
})
