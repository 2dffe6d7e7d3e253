import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BLOCKS } from '../../scripts/docs/blocks.js'
import { fillPage } from '../../scripts/docs/fill-page.js'
import { pages } from '../../scripts/docs/pages.js'

describe('the generated parts of the pages', () => {
  test.each(pages())('%s says what the code says (npm run docs writes it anew)', async (path) => {
    const text = readFileSync(path, 'utf8')
    expect(await fillPage(text, path, BLOCKS)).toBe(text)
  })

  test('each block stands on a page', () => {
    const text = pages()
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
    const missing = Object.keys(BLOCKS).filter((name) => !text.includes(`generated: ${name} -->`))
    expect(missing).toEqual([])
  })

  test('a part is replaced, formatted, and the text around it kept', async () => {
    const page = 'before\n\n<!-- generated: a-table -->\nold\n<!-- end of a-table -->\n\nafter\n'
    const filled = await fillPage(page, 'page.md', { 'a-table': () => '|a|b|\n|-|-|\n|1|$&|' })
    expect(filled).toMatch(/^before\n[\s\S]*\| 1 +\| \$& +\|[\s\S]*after\n$/)
    expect(filled).not.toContain('old')
    expect(await fillPage(filled, 'page.md', { 'a-table': () => '|a|b|\n|-|-|\n|1|$&|' })).toBe(
      filled,
    )
  })

  test('a marker without a block is named', async () => {
    const page = '<!-- generated: nothing -->\n<!-- end of nothing -->'
    await expect(fillPage(page, 'page.md', {})).rejects.toThrow(/page\.md: no block .* nothing/)
  })
})
