import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { failureTexts, textsIn } from '../../scripts/docs/failure-texts.js'
import { anchorsOf } from '../../scripts/docs/page-links.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { filesBelow } from '../../scripts/docs/source-files.js'
import { FAILURE_CODES } from '../../src/failures/failure-codes.js'

const page = readFileSync(join(ROOT, 'docs/failures.md'), 'utf8')

const made = (description: string, rest = ''): string =>
  `${rest}\nthrow new OnBehalfOfError('invalid_request', { description: ${description} })`

describe('the index of texts on docs/failures.md', () => {
  test('has every code, each with its section on the page', () => {
    const codes = new Set(failureTexts().map(({ code }) => code))
    expect([...FAILURE_CODES].filter((code) => !codes.has(code))).toEqual([])
    expect([...codes].filter((code) => !anchorsOf(page).has(code))).toEqual([])
  })

  test.each([
    ['a text', made("'A.'"), ['A.']],
    ['a text in pieces', made("'A ' +\n 'b.'"), ['A b.']],
    ['a text with something put in', made('`A ${b} c.`'), ['A … c.']],
    ['a choice', made("x ? 'A.' : undefined"), ['A.']],
    ['a constant', made('TEXT', "const TEXT = 'A.'"), ['A.']],
    ['one of several', made('TEXTS[x]', "const TEXTS = { a: 'A.', b: 'B.' }"), ['A.', 'B.']],
    ['what a function returns', made('f(x)', "function f() { return 'A.' }"), ['A.']],
    [
      'what a function is called with',
      `function f(description) { ${made('description')} }\nf('A.')\nf('B.')`,
      ['A.', 'B.'],
    ],
  ])('finds %s', (_what, source, texts) => {
    expect(textsIn('x.ts', source)).toEqual(
      texts.map((text) => ({ text, code: 'invalid_request' })),
    )
  })

  test.each([
    ['a text from elsewhere', made('imported'), 'cannot read'],
    ['a text without a code', "fail({ description: 'A.' })", 'no failure code'],
  ])('refuses %s, which nobody could look up', (_what, source, why) => {
    expect(() => textsIn('x.ts', source)).toThrow(`x.ts: ${why}`)
  })

  test('names texts from outside the failure table as this server and the clients write them', () => {
    const [, table = ''] = /come from outside the table:\n\n([^]*?)\n\n/.exec(page) ?? []
    const sources = [
      ...['src', 'middleware'].flatMap(filesBelow),
      'docs/clients.md',
      'node_modules/@modelcontextprotocol/sdk/dist/esm/client/auth.js',
    ].map((file) => readFileSync(join(ROOT, file), 'utf8').replaceAll(/\$\{[^}]*\}/g, '…'))
    const texts = table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|')[1]?.trim() ?? '')
    expect(texts.length).toBeGreaterThan(5)
    const isWritten = (text: string) =>
      sources.some((source) => source.replaceAll(/\s+/g, ' ').includes(text))
    expect(texts.filter((text) => !isWritten(text))).toEqual([])
  })
})
