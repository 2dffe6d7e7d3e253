import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startStack } from '../../apps/development/start-stack.js'
import { silentLog } from '../../src/logging/logger.js'

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

/** The snippet with that id, as a person copies it. */
function snippet(page: string, id: string): string {
  const [, markup = ''] = new RegExp(`id="${id}"[^>]*><code>([^<]*)</code>`).exec(page) ?? []
  return markup.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
}

test('[B5] in the development set-up, the curl commands of the page get a token and list the tools of its user', async () => {
  const stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: silentLog,
    tokenProgram: 'npm run --silent token --',
  })
  try {
    const page = await (await fetch(new URL('/', stack.endpoint))).text()
    const commands = ['snippet-curl-2', 'snippet-curl-3'].map((id) => snippet(page, id))
    expect(commands[0]).toMatch(/^TOKEN=\$\(npm run --silent token -- --user alice /)
    const { stdout } = await run('sh', ['-ec', commands.join('\n')], { cwd: ROOT })
    expect(stdout).toContain('"name":"greet"')
  } finally {
    await stack.close()
  }
})
