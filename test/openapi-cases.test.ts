import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { idsIn, titlesIn } from './helpers/test-titles.js'

/** What tools from OpenAPI documents have to do, by the numbers in the titles of the tests that prove it. */
const CASES: Readonly<Record<number, string>> = {
  1: 'scopes of a document on both hops, with a step-up',
  2: 'one exchange for each set of scopes',
  3: 'alternatives with schemes that the token does not satisfy',
  4: 'bearer beside OAuth, an empty requirement, many alternatives',
  5: 'which of several alternatives is asked for first',
  8: 'documents without any security',
  9: 'faults of scopes and schemes, with pointer and line',
  10: 'permissions choose among alternatives',
  11: 'the exchange grants less than was asked for',
  12: 'users and operations are never mixed up',
  13: 'calls through call_operation are judged as calls of their operation',
  14: 'JSON and YAML give the same tools',
  16: 'circular references',
  17: 'names are stable',
  19: 'OpenAPI 3.2',
  20: 'every style of parameters',
  21: 'path values never lead to another path',
  22: 'header values never add headers',
  23: 'forms and multipart bodies',
  24: 'what is read-only is no input',
  25: 'answers of every kind',
  26: 'what an API says of a call that it did not accept',
  27: 'tokens never leave the host of the configuration',
  28: 'a POST is made again with its key alone',
  29: 'a write waits for the consent to exactly this call',
  30: 'listings for several tokens in both eras',
  31: 'a document is read again without a restart',
  32: 'the command tools',
  34: 'what a large document costs',
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** In files of tests and benchmarks about OpenAPI documents, and about what their tools do. */
function titles(): readonly string[] {
  return ['test', 'bench'].flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .map((name) => join(room, name))
      .filter(
        (name) =>
          /(?:openapi|confirmation|tools-reload)[^]*\.ts$/.test(name) &&
          name !== 'test/openapi-cases.test.ts',
      )
      .map((name) => readFileSync(join(ROOT, name), 'utf8'))
      .flatMap((text) => [...titlesIn(text), ...groupsIn(text)]),
  )
}

/** The titles of groups that run. */
function groupsIn(text: string): readonly string[] {
  return [...text.matchAll(/^ *describe(?:\.each\([^]*?\))?\(\s*'([^']*)'/gm)].map(
    ([, title = '']) => title,
  )
}

test('each case of tools from OpenAPI documents has a test that carries its number', () => {
  const proven = idsIn(titles(), /openapi \d+/)
  const missing = Object.entries(CASES).filter(([number]) => !proven.has(`openapi ${number}`))
  expect(missing.map(([number, what]) => `openapi ${number}: ${what}`)).toEqual([])
})
