import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.js'
import { compileErrors } from '../helpers/compile-errors.js'

const page = readFileSync(join(ROOT, 'docs/library.md'), 'utf8')
const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = '']) => code)
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
