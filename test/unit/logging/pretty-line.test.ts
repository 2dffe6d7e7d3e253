import { expect, test } from 'vitest'
import { prettyLine } from '../../../src/logging/pretty-line.js'

const line = (fields: object): string =>
  JSON.stringify({
    ...{ level: 'warn', time: '2026-11-26T17:35:19.123Z', service: 's', version: '1' },
    ...{ event: 'request_refused', ...fields },
  })

test('a line for a terminal has the time of day, the level, the event and the fields', () => {
  const text = prettyLine(line({ code: 'rate_limited', status: 429, tool: ['a', 'b'] }), false)
  expect(text).toBe(
    '17:35:19.123 WARN  request_refused code=rate_limited status=429 tool=["a","b"]\n',
  )
})

test('a line for a terminal has colours where they are wanted, and none otherwise', () => {
  expect(prettyLine(line({}), true)).toContain('\u001b[33mWARN \u001b[0m')
  expect(prettyLine(line({}), false)).not.toContain('\u001b')
})

test('nothing that somebody else sent reaches a terminal as a control character', () => {
  const sent = 'a\u001b[2Jb\nc\u009b31m\u202ed\u007f\u061c\u200b\ufeff\u{e0041}'
  const text = prettyLine(line({ tool: sent, [sent]: 1 }), false)
  const codes = Array.from({ length: text.length - 1 }, (_, at) => text.charCodeAt(at))
  expect(codes.filter((code) => code < 32 || code > 126)).toEqual([])
  expect(text).toContain('\\u001b[2J')
})

test('what is no line of the log stays as it is', () => {
  for (const text of ['plain words\n', '[1]\n', 'null\n', '{"cut']) {
    expect(prettyLine(text, true)).toBe(text)
  }
})
