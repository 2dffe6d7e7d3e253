import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuditCheck } from './checks/audit-check.js'

describe('the check of the audit in a soak', () => {
  let directory: string
  let check: AuditCheck

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-check-'))
    check = new AuditCheck(join(directory, 'audit.jsonl'))
    for (const key of ['a', 'b', 'c']) {
      check.expect(key, { tool: 'whoami', outcomes: ['invalid_token'] })
    }
  })
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  const recordsOf = async (
    keys: readonly string[],
    leftOut: number,
  ): Promise<readonly string[]> => {
    const records: object[] = keys.map((messageId) => ({
      ...{ record: 'tool_call', requestId: 'r', messageId },
      ...{ tool: 'whoami', outcome: 'invalid_token' },
    }))
    const left = { record: 'calls_left_out', outcome: 'invalid_token', count: leftOut }
    const lines = [...records, ...(leftOut === 0 ? [] : [left])]
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    writeFileSync(join(directory, 'audit.jsonl'), text)
    await check.readToEnd()
    return check.faults.list().map(({ kind, count }) => `${kind}: ${count}`)
  }

  test.each([
    ['each call has its record', ['a', 'b', 'c'], 0, []],
    ['the others are counted in one record', ['a'], 2, []],
    ['one call is neither recorded nor counted', ['a'], 1, ['a call without a record: 1']],
    ['more are counted than were made', ['a', 'b'], 4, ['calls left out that nobody made: 1']],
    ['a record is of nobody', ['a', 'b', 'c', 'd'], 0, ['a record without a call: 1']],
  ] as const)('%s', async (_, keys, leftOut, faults) => {
    expect(await recordsOf(keys, leftOut)).toEqual(faults)
    expect(check.outcomes.get('invalid_token')).toBe(keys.length + leftOut)
  })
})
