import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pages, ROOT } from '../../scripts/docs/pages.js'
import { clientSnippets } from '../../src/pages/client-snippets.js'

const toolbox = JSON.parse(readFileSync(join(ROOT, 'test/toolbox/package.json'), 'utf8')) as {
  devDependencies: Record<string, string>
}
const [major = ''] = (toolbox.devDependencies['@modelcontextprotocol/inspector'] ?? '').split('.')

const places: readonly (readonly [string, string])[] = [
  ...pages().map((path) => [relative(ROOT, path), readFileSync(path, 'utf8')] as const),
  ['snippets', clientSnippets(new URL('http://localhost:3001/mcp'), 'x').inspector],
]

/** What stands behind the package's name in the commands that run it. */
function versionsRun(text: string): readonly string[] {
  const commands = text.matchAll(/\bnpx (?:-\S+ )*@modelcontextprotocol\/inspector(\S*)/g)
  return [...commands].map(([, version = '']) => version)
}

describe('the commands that start MCP Inspector', () => {
  test('[B2] name the major version that was tried, since npm takes an old one on an old Node', () => {
    const found = places.flatMap(([, text]) => versionsRun(text))
    expect(found.length).toBeGreaterThanOrEqual(4)
    expect(new Set(found)).toEqual(new Set([`@${major}`]))
  })
})
