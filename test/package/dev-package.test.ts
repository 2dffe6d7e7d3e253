import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { run, runWell, type Ran } from '../helpers/run.js'

const ROOT = resolve(import.meta.dirname, '../..')
const PATH = process.env['PATH']
const FREE_PORTS = { DEV_AUTHORIZATION_SERVER_PORT: '0', DEV_API_PORT: '0', PORT: '0' }

test('npx mcp-on-behalf-of dev says in one sentence which package is missing', async () => {
  const { code, stdout, stderr } = await run('npx', ['--no-install', 'mcp-on-behalf-of', 'dev'], {
    cwd: inject('consumer'),
    env: { PATH, HOME: process.env['HOME'] },
  })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^[^\n]*Run: npm install --save-dev mcp-on-behalf-of-dev [^\n]*\n$/)
})

describe('with the package mcp-on-behalf-of-dev installed', () => {
  let folder: string
  let project: string
  let installed: Ran
  let child: ChildProcessByStdio<null, Readable, Readable> | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dev-package-'))
    project = join(folder, 'project')
    await runWell('npm', ['run', 'build:dev-package'], { cwd: ROOT })
    const pack = ['pack', './dist-apps/package', '--pack-destination', folder]
    await runWell('npm', pack, { cwd: ROOT })
    const [name = ''] = (await readdir(folder)).filter((entry) => entry.endsWith('.tgz'))
    await runWell('mkdir', [project], { cwd: folder })
    const manifest = { name: 'project', private: true, type: 'module' }
    await writeFile(join(project, 'package.json'), JSON.stringify(manifest))
    const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline']
    installed = await run('npm', [...npm, inject('tarball'), join(folder, name)], { cwd: project })
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  afterEach(() => {
    child?.kill('SIGKILL')
  })

  test('installing both packages warns of nothing', () => {
    expect(`${installed.stdout}${installed.stderr}`).not.toMatch(/npm (?:warn|error)/i)
    expect(installed.code).toBe(0)
  })

  test.each([
    ['mcp-on-behalf-of', ['dev']],
    ['mcp-on-behalf-of-dev', []],
  ])('%s %j runs the development set-up and stops on SIGTERM', async (program, argv) => {
    const started = spawn(join(project, 'node_modules/.bin', program), argv, {
      cwd: project,
      env: { PATH, ...FREE_PORTS },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    const ended = once(started, 'close')
    let text = ''
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
    }
    while (!text.includes('Ctrl-C stops')) {
      const more = once(started.stdout, 'data').then(() => true)
      if (!(await Promise.race([more, ended.then(() => false)]))) throw new Error(text)
    }
    const [, endpoint = ''] = /MCP server +(\S+)/.exec(text) ?? []
    const [, command = ''] = /TOKEN=\$\((.+)\)$/m.exec(text) ?? []
    expect(command).toMatch(/^npx mcp-on-behalf-of-dev token --user alice /)
    const token = await runWell('sh', ['-c', command], {
      cwd: project,
      env: { PATH, HOME: process.env['HOME'] },
    })
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${token.stdout.trim()}`, 'content-type': 'application/json' },
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: { name: 'greet', arguments: { name: 'Alice' } },
      }),
    })
    expect(await answer.text()).toContain('Hello from the protected API')
    started.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  test('dev ends with a sentence where settings of a deployment are there', async () => {
    const { code, stdout, stderr } = await run('npx', ['--no-install', 'mcp-on-behalf-of', 'dev'], {
      cwd: project,
      env: { PATH, HOME: process.env['HOME'], AUTH0_DOMAIN: 'example.eu.auth0.com' },
    })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('settings of a deployment are there')
  })

  test('a program gets a token from the parts of the package', async () => {
    const program = `
      import { loadDirectory, obtainToken, startDirectory } from 'mcp-on-behalf-of-dev'
      const ports = { authorizationServer: 0, api: 0, mcp: 0 }
      const running = await startDirectory({ directory: loadDirectory(), ports })
      const { issuer, mcpServer } = running
      const resource = mcpServer.endpoint.href
      const token = await obtainToken({ issuer, username: 'alice', resource, scope: 'tool:greet' })
      console.log(token.split('.').length)
      await running.close()`
    const { stdout } = await runWell(process.execPath, ['--input-type=module', '-e', program], {
      cwd: project,
      env: { PATH },
    })
    expect(stdout).toBe('3\n')
  })
})
