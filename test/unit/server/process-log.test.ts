import { describe, expect, test } from 'vitest'
import { createProcessLog } from '../../../src/server/process-log.js'

/** What a caller must never pass, and might. */
const SLIP = 'passed-by-mistake'
const NAMES = ['token', 'authorization', 'secret']

describe('a log line of the process', () => {
  test.each(NAMES)(
    'a log line of the process has no member named %s, at the top or one level below',
    (name) => {
      const line = written({ [name]: SLIP, request: { [name]: SLIP, method: 'POST' } })

      expect(line).not.toContain(SLIP)
      expect(JSON.parse(line)).toMatchObject({ event: 'probe', request: { method: 'POST' } })
    },
  )

  test.each(NAMES)(
    'a log line of the process has no member named %s that is more than a text',
    (name) => {
      const line = written({ [name]: { value: SLIP }, request: { [name]: [SLIP] } })

      expect(line).not.toContain(SLIP)
    },
  )

  test('a log line of the process is one line of JSON with the event, the level, the time and the rest of the fields', () => {
    const line = written({ subject: 'a\nb', tokens: 3 })

    expect(line.match(/\n/g)).toHaveLength(1)
    expect(JSON.parse(line)).toMatchObject({
      ...{ event: 'probe', level: 'info', service: 'mcp-on-behalf-of' },
      ...{ subject: 'a\nb', tokens: 3, time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown },
    })
  })
})

function written(fields: Readonly<Record<string, unknown>>): string {
  const lines: string[] = []
  const log = createProcessLog({
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  })
  log.info({ ...fields, event: 'probe' })
  return lines.join('')
}
