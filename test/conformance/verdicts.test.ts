import { describe, expect, test } from 'vitest'
import { isExcused } from './baseline.js'
import { verdictOn, type Check } from './checks.js'
import { report, type ConformanceRun } from './report.js'
import type { RevisionRun } from './server-scenarios.js'

const checks = (...statuses: readonly string[]): readonly Check[] =>
  statuses.map((status, index) => ({ id: `check-${index}`, status }))

describe('the verdict on a scenario', () => {
  test.each([
    ['passed', checks('SUCCESS', 'INFO', 'SKIPPED')],
    ['failed', checks('SUCCESS', 'FAILURE')],
    ['failed', checks('SUCCESS', 'WARNING')],
    ['failed', checks()],
    ['failed', undefined],
    ['skipped', checks('SKIPPED', 'INFO')],
  ])('is %s for %j', (verdict, given) => {
    expect(verdictOn(given)).toBe(verdict)
  })

  test('is excused by its name, or when each check that failed is', () => {
    const failed = checks('FAILURE', 'SUCCESS', 'WARNING')
    expect(isExcused('a', failed, ['a'])).toBe(true)
    expect(isExcused('a', failed, ['a:check-0', 'a:check-2'])).toBe(true)
    expect(isExcused('a', failed, ['a:check-0', 'b:check-2'])).toBe(false)
    expect(isExcused('a', undefined, ['a:check-0'])).toBe(false)
  })
})

describe('the report', () => {
  const revision: RevisionRun = {
    revision: '2026-07-28',
    required: 1,
    passed: ['a'],
    failed: [],
    baselined: [],
    notScored: { passed: [], failed: ['extension'], skipped: [] },
    complaint: [],
  }
  const good: ConformanceRun = {
    suite: '1.0.0',
    revisions: [revision],
    authorization: { passed: ['b'], failed: [], complaint: [] },
    proofs: [{ name: 'proof', holds: true }],
  }

  test('counts what passed; what is not scored fails nothing', () => {
    expect(report(good)).toMatchObject({ passed: 3, failed: 0 })
  })

  test.each<[string, Partial<ConformanceRun>]>([
    ['a scenario', { revisions: [{ ...revision, failed: [{ name: 'c', reasons: 'r' }] }] }],
    [
      'an authorization server scenario',
      { authorization: { passed: [], failed: [{ name: 'b', reasons: 'r' }], complaint: [] } },
    ],
    ['a proof', { proofs: [{ name: 'proof', holds: false }] }],
    ['the suite alone', { revisions: [{ ...revision, complaint: ['stale baseline'] }] }],
  ])('fails when %s did', (_, bad) => {
    const { failed, text } = report({ ...good, ...bad })
    expect(failed).toBe(1)
    expect(text).toContain('FAILED: ')
  })
})
