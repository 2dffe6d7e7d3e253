import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const read = (path: string): string =>
  readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')

describe('the pages about running the server', () => {
  test('[case 45] name Node itself for production and supervisors, as the image has it, and warn of npm', () => {
    const command = 'node dist/cli/main.js serve'
    expect(read('README.md')).toContain(
      `In production, run \`npm run build\` once and then \`${command}\``,
    )
    const operations = read('docs/operations.md')
    expect(operations).toContain(command)
    expect(operations).toContain('Do not put `npm start` under a supervisor')
    expect(read('Dockerfile')).toContain('CMD ["node", "dist/cli/main.js", "serve"]')
  })

  test('[case 44] [case 33] [case 40] [case 42] [case 43] say what a proxy and a platform have to know', () => {
    const operations = read('docs/operations.md')
    for (const word of [
      'preStop',
      'DRAIN_DELAY_SECONDS',
      'KEEP_ALIVE_SECONDS',
      'All headers of a request together may have 32 KiB',
      'METADATA_LOCATION=path',
      '/.well-known/oauth-protected-resource/tools/a/mcp',
      '`/health` is the same',
    ]) {
      expect(operations).toContain(word)
    }
  })

  test('npm run dev starts what npm start does, and again after a change', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(scripts['dev']).toBe(scripts['start']?.replace(/^node /, 'node --watch '))
  })

  test('[B14] the README names the error that a start without npm ci ends with', () => {
    expect(read('README.md')).toContain('`ERR_MODULE_NOT_FOUND`')
  })

  test('[A9] the pages pack the package without building it first, since npm pack builds it', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    expect(scripts['prepack']).toBe('npm run build')
    for (const page of ['README.md', 'docs/library.md']) {
      expect(read(page)).toContain('npm pack')
      expect(read(page)).not.toContain('npm run build && npm pack')
    }
  })
})
