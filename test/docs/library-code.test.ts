import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.js'
import { compileErrors } from '../helpers/compile-errors.js'

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')
const codeOn = (text: string): readonly string[] =>
  [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code)

const page = read('docs/library.md')
const blocks = codeOn(page)
const block = (word: string): string => blocks.find((code) => code.includes(word)) ?? ''

describe('the TypeScript on docs/library.md', () => {
  test.each(blocks.map((code) => [/function (\w+)/.exec(code)?.[1], code] as const))(
    'compiles: %s',
    (_name, code) => {
      expect(compileErrors(code)).toEqual([])
    },
  )

  test('[A15] shows a query, a POST, a DELETE and an answer that is no JSON', () => {
    const code = block('downstreamOf(')
    for (const part of ['query:', "method: 'POST'", 'json:', "method: 'DELETE'", 'api.fetch(']) {
      expect(code).toContain(part)
    }
  })

  test('[A13] warns that exceptions of one’s own reach the client', () => {
    expect(page).toContain(
      '**The message of your own exceptions reaches the client word for word.**',
    )
  })

  test('[A8] the first example says at the line why it sets another audience than its endpoint', () => {
    expect(page).toMatch(/ \/\/ [^\n]*Leave it out in a server of your own\.\n +tokenAudience: /)
  })
})

describe('the TypeScript on docs/clients.md', () => {
  const [code = '', ...more] = codeOn(read('docs/clients.md'))

  test('compiles: a client of SDK v2 with a token in hand', () => {
    expect(more).toEqual([])
    expect(compileErrors(code)).toEqual([])
    expect(code).toContain('requestInit = { headers: { Authorization:')
  })
})
