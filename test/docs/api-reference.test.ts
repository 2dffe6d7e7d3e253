import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ROOT } from '../../scripts/docs/pages.js'

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

const MANIFEST = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string() })])),
})

const OPTIONS = z.object({
  entryPoints: z.array(z.string()),
  readme: z.string(),
  defaultCategory: z.string(),
  categoryOrder: z.array(z.string()),
})

const options = OPTIONS.parse(JSON.parse(read('typedoc.json')))

/** The categories in the docstrings, each with the names that stand behind it. */
function categorised(): ReadonlyMap<string, readonly string[]> {
  const listed = execFileSync('git', ['ls-files', 'src', 'middleware', 'routes'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const found = new Map<string, string[]>()
  for (const file of listed.split('\n').filter((name) => name.endsWith('.ts'))) {
    const tags = read(file).matchAll(
      /\* @category (.+)\n(?: \*.*\n)*? \*\/\nexport (?:async )?(?:\w+ )(\w+)/g,
    )
    for (const [, category = '', name = ''] of tags) {
      found.set(category, [...(found.get(category) ?? []), name])
    }
  }
  return found
}

describe('the reference that npm run docs:api writes', () => {
  test('[A16] has every entry point of the package', () => {
    const { exports } = MANIFEST.parse(JSON.parse(read('package.json')))
    const sources = Object.values(exports).flatMap((entry) =>
      typeof entry === 'string' ? [] : entry.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, '$1.ts'),
    )
    expect(sources.length).toBeGreaterThan(2)
    expect(options.entryPoints.toSorted()).toEqual(sources.sort())
  })

  test('[A16] begins with the page about the library, and with what everybody needs', () => {
    expect(options.readme).toBe('docs/library.md')
    expect(options.categoryOrder[0]).toBe('Start here')
    expect(options.categoryOrder.at(-1)).toBe(options.defaultCategory)
    expect(categorised().get('Start here')).toEqual(
      expect.arrayContaining(['onBehalfOf', 'OnBehalfOfOptions', 'downstreamOf', 'Secret']),
    )
  })

  test('[A16] knows every category that a docstring names, and has no empty one', () => {
    const named = options.categoryOrder.filter(
      (category) => category !== '*' && category !== options.defaultCategory,
    )
    expect([...categorised().keys()].sort()).toEqual(named.sort())
  })
})
