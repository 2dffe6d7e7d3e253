import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { questionOf } from '../../../src/confirmation/question.js'
import { isJsonObject } from '../../../src/http/json-object.js'
import { shownText } from '../../../src/confirmation/shown-text.js'

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
    const line = shownText(JSON.stringify(value), 300)
    expect(line).toBe(`\`${shown}\``)
    expect(JSON.parse(line.slice(1, -1))).toBe(value)
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

  test('has path and query arguments before a body that hides them, and every member of that body', () => {
    const args = {
      body: { labels: Array.from({ length: 40 }, () => 'ok'), force: true, users: ['ceo'] },
      org: 'production',
    }
    const lines = questionOf({ tool: 'a', args, schema: DELETE_USERS }).split('\n').slice(3)
    expect(lines[0]).toBe('- `org`: `"production"`')
    expect(lines[1]).toBe('- `body.force`: `true`')
    expect(lines).toContain('- `body.users[0]`: `"ceo"`')
    expect(lines.at(-1)).toBe('- … and 4 more values in `body.labels` that are not shown')
    expect(lines).toHaveLength(40)
  })

  test.each([
    ['members of an object', { body: { ...fillers(39), amount: 9_999 }, account: 'a' }],
    ['arguments', { ...fillers(40), account: 'a' }],
    ['a long name', { ['n'.repeat(121)]: 1 }],
    ['a long name within', { body: { ['n'.repeat(116)]: 1 } }],
  ])('is not asked where names do not fit: %s', (_name, args) => {
    expect(() => questionOf({ tool: 'a', args })).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        details: expect.objectContaining({ reason: 'not_all_shown' }) as unknown,
      }),
    )
  })

  test('has a line for every argument and every member of an object among them, whatever the others are', () => {
    const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.array(fc.constantFrom<unknown>('ok', ['a', 'b'], { a: 1 }), { maxLength: 60 }),
      fc.string({ maxLength: 2_000 }),
    )
    const object = fc.dictionary(name, value, { maxKeys: 15 })
    const args = fc.dictionary(name, fc.oneof(value, object), { maxKeys: 5 })
    fc.assert(
      fc.property(args, (given) => {
        const named = Object.entries(given).flatMap(([key, member]) => {
          const isFilled = isJsonObject(member) && Object.keys(member).length > 0
          return isFilled ? Object.keys(member).map((inner) => `${key}.${inner}`) : [key]
        })
        fc.pre(named.length <= 40)
        const lines = questionOf({ tool: 'a', args: given }).split('\n').slice(3)
        expect(lines.length).toBeLessThanOrEqual(40)
        for (const path of named) {
          const begin = `- ${shownText(path, 120).slice(0, -1)}`
          expect(lines.some((line) => line.startsWith(begin))).toBe(true)
        }
      }),
    )
  })

  test('follows the order of the schema, also where it has branches, and has what that does not know last', () => {
    const schema = {
      properties: {
        id: {},
        body: { anyOf: [{ properties: { rows: { items: { properties: { z: {}, y: {} } } } } }] },
      },
    }
    const args = { x: 1, body: { n: 0, rows: [{ y: 1, z: 2, a: 3 }] }, 7: 1, id: 'b' }
    const paths = [...questionOf({ tool: 'a', args, schema }).matchAll(/^- `([^`]+)`:/gm)]
    expect(paths.map(([, path]) => path)).toEqual([
      ...['id', 'body.rows[0].z', 'body.rows[0].y', 'body.rows[0].a', 'body.n', '7', 'x'],
    ])
  })

  test('says how much of each argument it does not show', () => {
    const numbers = Array.from({ length: 100 }, (_, at) => at)
    const args = { text: 'x'.repeat(1_000_000), numbers, rows: numbers.map((at) => ({ at, a: 1 })) }
    const question = questionOf({ tool: 'a', args })
    expect(question).toContain('… and 999702 more characters that are not shown')
    expect(question).toContain('- … and 81 more values in `numbers` that are not shown')
    expect(question).toContain('- … and 164 more values in `rows` that are not shown')
    expect(question.length).toBeLessThan(10_000)
  })
})

const DELETE_USERS = {
  type: 'object',
  properties: {
    org: { type: 'string' },
    body: {
      type: 'object',
      properties: { force: { type: 'boolean' }, users: {}, labels: { type: 'array' } },
    },
  },
}

function fillers(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`a${at}`, 'ok']))
}
