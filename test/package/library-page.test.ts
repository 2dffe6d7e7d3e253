import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import { silentLog } from '../../src/logging/logger.js'
import { run } from '../helpers/run.js'

const ROOT = resolve(import.meta.dirname, '../..')
const LISTENS =
  "app.listen(3002, 'localhost', () => console.log('listening at http://localhost:3002/mcp'))"
const SAYS_PORT = 'const listening = app.listen(0, () => console.log(listening.address().port))'

let stack: DevelopmentStack
let page: string
let program: ChildProcess | undefined
/** `console` writes debug and info to the first, warn and error to the second. */
const written = { stdout: '', stderr: '' }

beforeAll(async () => {
  stack = await startStack({ ports: { authorizationServer: 0, api: 0, mcp: 0 }, log: silentLog })
  page = await readFile(join(ROOT, 'docs/library.md'), 'utf8')
})

afterAll(async () => {
  program?.kill('SIGKILL')
  await stack.close()
})

test('the server on docs/library.md, copied whole, calls the API as the user and warns of nothing', async () => {
  const [, secret = ''] = /^CLIENT_SECRET=(\S+) node server\.mjs$/m.exec(page) ?? []
  const port = await started(await serverFile(), secret)
  const token = await obtainToken({
    ...{ username: 'alice', scope: 'tool:whoami tool:greet' },
    ...{ issuer: stack.issuer, resource: stack.endpoint.href },
  })
  const [, curl = ''] = /^(curl -sS http:\/\/localhost:3002[^]*?)^```$/m.exec(page) ?? []
  const { stdout } = await run('sh', ['-c', curl.replace(':3002/', `:${port}/`)], {
    cwd: ROOT,
    env: { ...process.env, TOKEN: token },
  })
  expect(stdout).toContain('Hello auth0|alice')
  await expect
    .poll(() => written.stdout, { timeout: 30_000 })
    .toMatch(/event: 'token_exchanged',\s+tool: 'greet'/)
  expect(written.stderr).toBe('')
})

test('it ends with the reason where the secret is missing', async () => {
  const { code, stderr } = await run(process.execPath, [await serverFile()], {
    cwd: inject('consumer'),
    env: { PATH: process.env['PATH'] },
  })
  expect(code).toBe(1)
  expect(stderr).toContain('CLIENT_SECRET is missing')
})

/** Puts the page's server into the consumer's project, with free ports in place of those of `npm start`. */
async function serverFile(): Promise<string> {
  const [, source = ''] = /^```js\n([^]*?)^```$/m.exec(page) ?? []
  expect(source).toContain(LISTENS)
  const file = join(inject('consumer'), 'server.mjs')
  const text = source
    .replace('http://localhost:3001/mcp', stack.endpoint.href)
    .replace('http://localhost:9000/', stack.issuer)
    .replace("audience: 'http://localhost:8787/'", `audience: '${stack.apiAudience}'`)
    .replace('http://localhost:8787', stack.apiUrl.origin)
    .replace(LISTENS, SAYS_PORT)
  await writeFile(file, text)
  return file
}

async function started(file: string, secret: string): Promise<string> {
  const child = spawn(process.execPath, [file], {
    cwd: inject('consumer'),
    env: { PATH: process.env['PATH'], CLIENT_SECRET: secret },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  program = child
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text))
  const line = once(createInterface(child.stdout), 'line').then(([port]) => String(port))
  const ended = once(child, 'close').then(() =>
    Promise.reject(new Error(`it ended: ${written.stderr}`)),
  )
  ended.catch(() => undefined)
  return Promise.race([line, ended])
}
