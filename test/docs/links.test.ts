import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorsOf, linksOf, undefinedLinks } from '../../scripts/docs/page-links.js'
import { pages, ROOT } from '../../scripts/docs/pages.js'

/** Why a link leads nowhere; `undefined` where it leads somewhere. Pages of others are not asked for. */
function fault(page: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return link.startsWith('https://') ? undefined : 'is not https'
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(target)) return 'there is no such file'
  if (anchor === undefined) return undefined
  return anchorsOf(readFileSync(target, 'utf8')).has(anchor)
    ? undefined
    : 'there is no such heading'
}

describe('the links of the pages', () => {
  test.each(pages())('of %s lead somewhere', (page) => {
    const text = readFileSync(page, 'utf8')
    const faults = linksOf(text)
      .map((link) => [link, fault(page, link)])
      .filter(([, why]) => why !== undefined)
    expect(faults).toEqual([])
    expect(undefinedLinks(text)).toEqual([])
  })

  test('are found, in definitions too, but not in code', () => {
    const page = '[a](b.md#c) `[d](e)` [f][g]\n\n[g]: https://h/\n\n```md\n[i](j)\n```\n'
    expect(linksOf(page)).toEqual(['b.md#c', 'https://h/'])
    expect(undefinedLinks(`${page}\n[k][l]`)).toEqual(['l'])
  })

  test('lead to anchors as GitHub makes them', () => {
    const page = '# A `code` & more\n## no_credentials\n## Twice\n## Twice\n'
    expect([...anchorsOf(page)]).toEqual(['a-code--more', 'no_credentials', 'twice', 'twice-1'])
  })
})

describe('docs/security.md', () => {
  const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
  const proofs = [
    ...text.matchAll(/\]\(\.\.\/(test\/[^)]+\.ts)\):\s+(“[^”]+”(?:,\s+“[^”]+”)*)/g),
  ].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/“([^”]+)”/g)].map(
      ([, title = '']) => [file, title.replaceAll(/\s+/g, ' ')] as const,
    ),
  )
  const promised = text.slice(text.indexOf('## What is promised'), text.indexOf('Beside these'))

  test('names a test for every promise', () => {
    const promises = [...promised.matchAll(/^- [\s\S]*?(?=^- |^#|(?![\s\S]))/gm)].map(([it]) => it)
    expect(promises.length).toBeGreaterThan(20)
    expect(promises.filter((it) => !/\]\(\.\.\/test\/[^)]+\.ts\):\s+“/.test(it))).toEqual([])
  })

  test.each(proofs)('%s has the test “%s”', (file, title) => {
    const source = readFileSync(join(ROOT, file), 'utf8')
    const titles = source
      .split('\n')
      .filter((line) => /\b(?:test|it)\b|^\s*(?:\]\)\()?['"`]/.test(line))
    expect(titles.some((line) => line.includes(title))).toBe(true)
  })
})
