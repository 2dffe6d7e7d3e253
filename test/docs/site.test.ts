import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/docs/pages.js'
import { brokenAnchors } from '../../scripts/site/broken-anchors.js'
import { llmsText } from '../../scripts/site/llms-text.js'
import { sitePage } from '../../scripts/site/site-links.js'
import { PAGE_OF, SITE_GROUPS } from '../../scripts/site/site-pages.js'

const AT_GITHUB = 'https://github.com/mcp-on-behalf-of/mcp-on-behalf-of/blob/main'

describe('the documentation site', () => {
  test('has every page of docs/ and no file that is not there', () => {
    const docs = ['docs', 'docs/identity-providers'].flatMap((folder) =>
      readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`),
    )
    expect(docs.filter((name) => name.endsWith('.md') && !PAGE_OF.has(name))).toEqual([])
    expect([...PAGE_OF.keys()].filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
    expect(new Set(PAGE_OF.values()).size).toBe(SITE_GROUPS.flatMap(({ pages }) => pages).length)
  })

  test.each([
    ['a page beside it', 'docs/library.md', '[a](failures.md#b)', '[a](./failures.md#b)'],
    [
      'a page of a provider',
      'docs/authorization-servers.md',
      '[a](identity-providers/entra.md)',
      '[a](./entra.md)',
    ],
    [
      'a page from there',
      'docs/identity-providers/entra.md',
      '[a](../auth0.md)',
      '[a](./auth0.md)',
    ],
    ['the README', 'docs/library.md', '[a](../README.md)', '[a](./index.md)'],
    ['a page from the README', 'README.md', '[`a`](docs/auth0.md)', '[`a`](./auth0.md)'],
    ['a heading of the page', 'README.md', '[a](#b)', '[a](#b)'],
    ['another site', 'README.md', '[a](https://h/x.md)', '[a](https://h/x.md)'],
    ['a test', 'docs/security.md', '[a](../test/x.ts)', `[a](${AT_GITHUB}/test/x.ts)`],
    ['a definition', 'README.md', '[a]: docs/auth0.md', '[a]: ./auth0.md'],
    ['code', 'README.md', '`[a](docs/auth0.md)`', '`[a](docs/auth0.md)`'],
    [
      'a block of code',
      'README.md',
      '```md\n[a](docs/auth0.md)\n```',
      '```md\n[a](docs/auth0.md)\n```',
    ],
  ])('leads to %s where it is on the site', (_what, file, written, expected) => {
    expect(sitePage(written, file)).toMatchObject({ text: expected, images: [] })
  })

  test('takes the images of a page along, in Markdown and in HTML', () => {
    const { text, images, targets } = sitePage(
      '![a](hops.svg)\n<source srcset="../docs/dark.svg"><img src="hops.svg">',
      'docs/library.md',
    )
    expect(text).toBe(
      '![a](./assets/docs/hops.svg)\n<source srcset="./assets/docs/dark.svg"><img src="./assets/docs/hops.svg">',
    )
    expect(images).toEqual(['docs/hops.svg', 'docs/dark.svg'])
    expect(targets).toEqual(images)
  })

  test('names every page in llms.txt, with its first sentence in plain text', () => {
    const groups = [
      { text: 'Start', pages: [['README.md', 'index.md'] as const, ['b.md', 'b.md'] as const] },
    ]
    const pages: Readonly<Record<string, string>> = {
      'index.md': '# The name\n\nWhat **it** is. More.\n\n```sh\n# no heading\n```\n',
      'b.md': '# Other\n\n| a | b |\n| - | - |\n\nSee [the\nrest](x.md) of it. And more.\n',
    }
    expect(llmsText(groups, (page) => pages[page] ?? '')).toBe(
      [
        '# The name',
        '> What it is. More.',
        '## Start',
        '- [The name](/index.md): What it is.\n- [Other](/b.md): See the rest of it.\n',
      ].join('\n\n'),
    )
  })

  test('is refused where a link leads to a heading that is not there', () => {
    const pages = new Map([
      ['index.html', '<h2 id="here"></h2><a href="#here"></a><a href="#gone"></a>'],
      ['a.html', '<a href="/index.html#here"></a><a href="./b.html#x"></a><a href="/#here"></a>'],
    ])
    expect(brokenAnchors(pages)).toEqual(['index.html: #gone', 'a.html: ./b.html#x'])
  })
})
