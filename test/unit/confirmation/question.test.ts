import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { questionOf } from '../../../src/confirmation/question.js'
import { shownValue } from '../../../src/confirmation/shown-text.js'

/** What turns directions, hides, breaks lines, or is Markdown, HTML or a link outside of the code spans. */
const DANGEROUS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00a0\u3000<>&]|:\/\/|www\./u

describe('the question before a call', () => {
  test('shows each value on a line of its own, with the path to it', () => {
    const args = { id: 'b1', body: { seats: 2, names: ['A', 'B'], note: null, more: {} } }
    expect(questionOf({ tool: 'book', title: 'Book', operation: 'POST /bookings', args })).toBe(
      [
        'Allow this call in your name?',
        '',
        '- Tool: `book` (`Book`)',
        '- Operation: `POST /bookings`',
        '- `id`: `"b1"`',
        '- `body.seats`: `2`',
        '- `body.names[0]`: `"A"`',
        '- `body.names[1]`: `"B"`',
        '- `body.note`: `null`',
        '- `body.more`: `{}`',
      ].join('\n'),
    )
    expect(questionOf({ tool: 'book', args: {} })).toMatch(/- No arguments$/)
  })

  test.each([
    ['a link', '[a](https://evil.example)', String.raw`"[a](https:\/\/evil.example)"`],
    ['an address', 'WWW.evil.example', String.raw`"WWW\u002eevil.example"`],
    ['the end of a code span', '`**b**', String.raw`"\u0060**b**"`],
    ['HTML', '<img src=x>', String.raw`"\u003cimg src=x\u003e"`],
    ['a line', 'a\n- Tool: `b`', String.raw`"a\n- Tool: \u0060b\u0060"`],
    ['a change of direction', 'a\u202eb\u2066', String.raw`"a\u202eb\u2066"`],
    [
      'what is not seen',
      'a\u200bb\ufeff\u00a0\u{e0041}',
      String.raw`"a\u200bb\ufeff\u00a0\udb40\udc41"`,
    ],
    ['an escape sequence of a terminal', '\u001b[2J', String.raw`"\u001b[2J"`],
    ['marks that stack up', `a${'\u0300'.repeat(6)}b`, `"a${'\u0300'.repeat(4)}\\u0300\\u0300b"`],
    ['marks of a script that has several', 'שָּׁ֑ ế กำ้', '"שָּׁ֑ ế กำ้"'],
    ['letters of the world', 'Zürich 東京 नमस्ते', '"Zürich 東京 नमस्ते"'],
  ])('shows %s as plain text', (_name, value, shown) => {
    expect(shownValue(value, 300)).toBe(`\`${shown}\``)
    expect(JSON.parse(shownValue(value, 300).slice(1, -1))).toBe(value)
  })

  test('has its own lines alone, and nothing dangerous in them, whatever the arguments are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u202e',
        '`',
        'https://a',
        '\n- Tool: x',
        '\ud800',
        '<b>',
        'www.a',
        '__proto__',
      ),
    )
    const values = fc.oneof(text, fc.jsonValue(), fc.array(text, { maxLength: 4 }))
    const args = fc.dictionary(text, values, { maxKeys: 8 })
    fc.assert(
      fc.property(args, (given) => {
        const [head, empty, ...lines] = questionOf({ tool: 'a', args: given }).split('\n')
        expect([head, empty]).toEqual(['Allow this call in your name?', ''])
        for (const line of lines) {
          expect(line).toMatch(/^- (?:Tool: `a`|No arguments|…|`[^`]*`(?: …[^`]*)?: `[^`]*`)/)
          expect(line).not.toMatch(DANGEROUS)
        }
      }),
    )
  })

  test('is bounded, and says what it does not show', () => {
    const long = questionOf({ tool: 'a', args: { text: 'x'.repeat(1_000_000) } })
    expect(long).toMatch(/… and \d+ more characters that are not shown/)
    const args = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a${at}`, at]))
    const many = questionOf({ tool: 'a', args: { ...args, ['n'.repeat(5_000)]: 1 } })
    expect(many).toMatch(/… and 61 more values that are not shown$/)
    expect(Math.max(long.length, many.length)).toBeLessThan(10_000)
  })
})
