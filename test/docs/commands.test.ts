import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import { pages, ROOT } from '../../scripts/docs/pages.js'
import { shellBlocks } from '../../scripts/docs/shell-blocks.js'
import { silentLog } from '../../src/logging/logger.js'
import { KNOWN_COMMANDS } from './known-commands.js'

const run = promisify(execFile)
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

const commands = pages()
  .map((path) => relative(ROOT, path))
  .filter((name) => name === 'README.md' || /^docs\/(?:identity-providers\/)?[^/]+\.md$/.test(name))
  .flatMap((name) =>
    shellBlocks(read(name)).flatMap((block) =>
      block.commands.map((command) => [name, command] as const),
    ),
  )

describe('the commands on the pages', () => {
  test.each(commands)('%s: somebody answers for %j', (_page, command) => {
    const known = KNOWN_COMMANDS.find((entry) => entry.command.test(command))
    expect(known, `put it into test/docs/known-commands.ts: ${command}`).toBeDefined()
  })

  test.each(commands)('%s: the npm scripts of %j are there', (_page, command) => {
    const names = [...command.matchAll(/\bnpm (?:run (?:--silent )?(\S+)|(start|test)\b)/g)].map(
      ([, named, short]) => named ?? short ?? '',
    )
    expect(names.filter((name) => !(name in scripts))).toEqual([])
  })

  test.each(KNOWN_COMMANDS.map((known) => [known.command.source, known] as const))(
    '%s is verified where the table says',
    (_source, { command, verified }) => {
      expect(commands.some(([, written]) => command.test(written))).toBe(true)
      if ('needs' in verified) return
      if (verified.by === 'test') expect(existsSync(join(ROOT, verified.file))).toBe(true)
      if (verified.by === 'ci') expect(read('.ci/run')).toContain(verified.line)
    },
  )
})

describe('the commands for a second terminal', () => {
  let stack: DevelopmentStack

  beforeAll(async () => {
    stack = await startStack({ ports: { authorizationServer: 0, api: 0, mcp: 0 }, log: silentLog })
  })

  afterAll(() => stack.close())

  test.each([
    ['README.md', 'auth0|alice'],
    ['docs/openapi.md', 'trip-36'],
  ])('get a token and call a tool with it, as they stand in %s', async (page, answered) => {
    const block = shellBlocks(read(page)).find(({ text }) => text.includes('curl '))
    const script = (block?.text ?? '')
      .replaceAll('http://localhost:3001/mcp', stack.endpoint.href)
      .replace(
        '--user alice',
        `--user alice --resource ${stack.endpoint.href} --issuer ${stack.issuer}`,
      )
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: ROOT })
    expect(stdout).toContain(answered)
    expect(stdout).not.toContain('"isError":true')
  })

  test('show what becomes of the document of the development API', async () => {
    const command = shellBlocks(read('docs/openapi.md'))
      .flatMap(({ commands: all }) => all)
      .find((one) => one.includes('apps/downstream-api'))
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', command ?? ''], { cwd: ROOT })
    expect(stdout).toMatch(/createBooking +POST \/bookings +write:bookings +write:bookings/)
  })

  test('tell how they are used', async () => {
    const { stdout } = await run('npm', ['run', '--silent', 'token', '--', '--help'], { cwd: ROOT })
    expect(stdout).toMatch(/^Usage: npm run --silent token -- --user/)
  })
})

describe('npm run demo', () => {
  /** Ports and the id of the client differ each time. */
  const steady = (text: string): readonly string[] =>
    text
      .replaceAll(/:\d{2,5}\//g, ':PORT/')
      .replaceAll(/\btpc_[\w-]+/g, 'tpc_ID')
      .split('\n')
      .map((line) => line.trimEnd())
      .filter((line) => line !== '')

  test('prints the lines that the README shows, and those between that its … stands for', async () => {
    const [, shown = ''] = /```text\n(alice, [^]*?)```/.exec(read('README.md')) ?? []
    const { stdout } = await run('npm', ['run', '--silent', 'demo'], { cwd: ROOT })
    const parts = steady(shown).join('\n').split('\n…\n')
    expect(parts.length).toBeGreaterThan(3)
    const printed = steady(stdout).join('\n')
    const places = parts.map((part) => printed.indexOf(part))
    expect(parts.filter((_, at) => places[at] === -1)).toEqual([])
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places[0]).toBe(0)
    expect(printed.endsWith(parts.at(-1) ?? '')).toBe(true)
  })
})

describe('the search for commands', () => {
  test('joins lines, and leaves comments out', () => {
    const page = '```sh\n# first\nnpm start   # then\ncurl a \\\n  -d b\n```\n\n```ts\nno\n```\n'
    expect(shellBlocks(page).map((block) => block.commands)).toEqual([['npm start', 'curl a -d b']])
  })
})
