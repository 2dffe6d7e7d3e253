import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { envExample } from '../../scripts/docs/env-example.js'
import { FAILURE_ADVICE } from '../../scripts/docs/failure-advice.js'
import { LOG_EVENT_ADVICE } from '../../scripts/docs/log-event-advice.js'
import { eventsIn, logEvents } from '../../scripts/docs/log-events.js'
import { ROOT } from '../../scripts/docs/pages.js'
import { wrapped } from '../../scripts/docs/wrapped.js'
import { FILE_SETTINGS } from '../../src/config/setting-names.js'
import { SETTINGS } from '../../src/config/settings.js'
import { FAILURE_CODES } from '../../src/failures/errors.js'

const page = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

/** The sections that stand in the generated parts of a page. */
function headings(text: string): readonly string[] {
  const parts = [...text.matchAll(/<!-- generated: [\s\S]*?<!-- end of/g)].join('\n')
  return [...parts.matchAll(/^### (\S+)$/gm)].map(([, name = '']) => name)
}

describe('docs/configuration.md', () => {
  test('has a section for every setting, and for nothing else', () => {
    expect(headings(page('docs/configuration.md'))).toEqual(Object.keys(SETTINGS))
  })

  test('says of every setting that may come from a file that it may, and of nothing else', () => {
    const told = [...page('docs/configuration.md').matchAll(/`(\w+)_FILE` names a file/g)]
    expect(told.map(([, name]) => name)).toEqual(FILE_SETTINGS)
  })
})

test('.env.example is what npm run docs writes', () => {
  expect(page('.env.example')).toBe(envExample())
})

describe('docs/failures.md', () => {
  test('has a section for every code, and for nothing else', () => {
    expect(headings(page('docs/failures.md'))).toEqual(FAILURE_CODES)
  })

  test.each(FAILURE_CODES)('tells an operator what to do about %s', (code) => {
    expect(FAILURE_ADVICE[code]).toMatch(/^[A-Z][^\n]{10,}[.)]$/)
  })
})

describe('docs/operations.md', () => {
  test('has a section for every event that the source logs, and for nothing else', () => {
    const names = [...new Set(logEvents().map(({ name }) => name))].sort()
    expect(headings(page('docs/operations.md'))).toEqual(names)
    expect(Object.keys(LOG_EVENT_ADVICE).sort()).toEqual(names)
  })
})

describe('the search for log events', () => {
  const found = (text: string) => eventsIn(join(ROOT, 'src/a.ts'), text)

  test('finds name, level and fields, of objects that are spread in too', () => {
    const text = `logEvent(log, 'warn', { event: 'a_thing', a, b: 1, ...{ c }, ...(d ? {} : { e: 2 }), ...more })`
    expect(found(text)).toEqual([
      { name: 'a_thing', level: 'warn', fields: ['a', 'b', 'c', 'e'], file: 'src/a.ts' },
    ])
  })

  test('leaves the level open where the program decides it', () => {
    expect(found(`logEvent(this.#log, rule.logLevel, { event: 'a_thing' })`)).toMatchObject([
      { name: 'a_thing', level: undefined, fields: [] },
    ])
  })

  test('refuses a name that is not written out', () => {
    for (const event of ['{ event: name }', '{ event }', '{ ...fields }', 'fields']) {
      expect(() => found(`logEvent(log, 'info', ${event})`)).toThrow(/src\/a\.ts: the name/)
    }
  })
})

describe('wrapped', () => {
  test('keeps every word, and lines within the width', () => {
    const text = 'one two three four five six seven'
    const lines = wrapped(text, 10).split('\n')
    expect(lines.join(' ')).toBe(text)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(10)
  })

  test.each(['- a', '# a', '> a', '1. a', '* a', '+ a', '| a'])(
    'begins no line with what Markdown takes for structure: %s',
    (words) => {
      expect(wrapped(`123456789 ${words}`, 10).split('\n')[0]).toBe(
        `123456789 ${words.split(' ')[0] ?? ''}`,
      )
    },
  )
})
