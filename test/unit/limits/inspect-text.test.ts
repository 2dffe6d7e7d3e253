import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inspectBody } from '../../../src/limits/inspect-body.js'
import { inspectText } from '../../../src/limits/inspect-text.js'

const reasonOf = (text: string): string | undefined =>
  inspectText(Buffer.from(text))?.details.reason
/** Long enough to be looked at. */
const PADDING = ' '.repeat(5_000)
const nested = (depth: number, open: string, close: string, inner = ''): string =>
  open.repeat(depth) + inner + close.repeat(depth)

describe('the text of a body, before it is parsed', () => {
  test.each([
    ['lists that do not close', '['.repeat(200_000)],
    ['objects that do not close', '{"a":'.repeat(50_000)],
    ['lists that close', nested(100_000, '[', ']')],
    ['one level more than is read', nested(66, '[', ']') + PADDING],
    ['objects of one level more', nested(66, '{"a":', '}', '1') + PADDING],
  ])('the text of a body, before it is parsed, is too deep with %s', (_, text) => {
    expect(reasonOf(text)).toBe('too_deep')
  })

  test.each([
    ['a list', `[${'1,'.repeat(10_001)}1]`],
    ['an object', `{${'"a":1,'.repeat(10_001)}"b":1}`],
    ['lists in a list', `[${'[1,1],'.repeat(6_000)}1]`],
  ])('the text of a body, before it is parsed, has too many values in %s', (_, text) => {
    expect(reasonOf(text)).toBe('too_many_values')
  })

  test.each([
    ['signs within a text', `"${'[{,'.repeat(20_000)}"`],
    ['signs behind an escaped quote', `"\\"${'[{,'.repeat(20_000)}"`],
    [
      'signs behind a text that ends with a backslash',
      `["\\\\",${nested(60, '[', ']')}]${PADDING}`,
    ],
    ['10,000 commas', `[${'1,'.repeat(10_000)}1]`],
    ['65 levels, of which the last is empty', nested(65, '[', ']') + PADDING],
    ['levels one after the other', `[${Array(3_000).fill('[]').join(',')}]`],
    ['what is no JSON', ']'.repeat(10_000)],
    ['a short text, which its parser reads as fast', '['.repeat(4_096)],
  ])('the text of a body, before it is parsed, is not refused for %s', (_, text) => {
    expect(reasonOf(text)).toBeUndefined()
  })

  test('the text of a body, before it is parsed, is never refused where the parsed body would be accepted', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 70, noUnicodeString: false }), (json) => {
        const text = `${PADDING}${json}`
        const accepted = inspectBody(JSON.parse(text)).refusal === undefined
        if (accepted) expect(reasonOf(text)).toBeUndefined()
      }),
    )
  })
})
