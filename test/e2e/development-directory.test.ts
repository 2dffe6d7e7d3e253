import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { createTwoApisApp } from '../../examples/two-apis.js'
import { Secret } from '../../src/secret.js'
import { serve, type ListeningServer } from '../../src/server/serve.js'
import { freePort } from '../clients/parts/free-port.js'
import { RecordingLog } from '../helpers/recording-log.js'

const ROOT = resolve(import.meta.dirname, '../..')
const EXAMPLE = join(ROOT, 'examples/development-directory.json')
const PROGRAM = join(ROOT, 'apps/development/main.ts')
const TSX = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href

let folder: string
let child: ChildProcessByStdio<null, Readable, Readable> | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'development-directory-'))
})

afterEach(async () => {
  child?.kill('SIGKILL')
  child = undefined
  await rm(folder, { recursive: true })
})

interface Started {
  readonly output: { text: string }
  readonly ended: Promise<number | null>
}

function start(environment: Record<string, string>): Started {
  const started = spawn(process.execPath, ['--import', TSX, PROGRAM], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      ...{ DEV_AUTHORIZATION_SERVER_PORT: '0', DEV_API_PORT: '0', PORT: '0' },
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child = started
  const output = { text: '' }
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (chunk: Buffer) => (output.text += chunk.toString()))
  }
  return { output, ended: once(started, 'close').then(([code]) => code as number | null) }
}

/** Waits until the program has said what it runs; resolves with the issuer. */
async function issuerOf({ output, ended }: Started): Promise<string> {
  const { stdout } = child ?? {}
  while (stdout && !output.text.includes('Ctrl-C stops')) {
    const code = await Promise.race([ended, once(stdout, 'data').then(() => 'more' as const)])
    if (code !== 'more') throw new Error(`it ended with ${String(code)}: ${output.text}`)
  }
  return /authorization server +(\S+)/.exec(output.text)?.[1] ?? ''
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text)
  return name
}

describe('npm start with DEV_DIRECTORY', () => {
  let mcp: ListeningServer

  beforeEach(async () => {
    mcp = await serve({ host: 'localhost', port: 0, drainMs: 50 })
  })

  afterEach(() => mcp.close())

  test('[A7] runs the APIs of examples/development-directory.json, and examples/two-apis.ts calls both for its users and scopes', async () => {
    const [orders, invoices] = [await freePort(), await freePort()]
    const text = (await readFile(EXAMPLE, 'utf8'))
      .replaceAll(':3002/', `:${mcp.port}/`)
      .replaceAll(':8788/', `:${orders}/`)
      .replaceAll(':8789/', `:${invoices}/`)
    const started = start({ DEV_DIRECTORY: await file('own.json', text) })
    const issuer = await issuerOf(started)
    expect(started.output.text).toContain('signs in dana and emil')
    expect(started.output.text).toMatch(
      new RegExp(
        `^  MCP server +not part of this directory; run your own at http://localhost:${mcp.port}/mcp$`,
        'm',
      ),
    )
    expect(started.output.text).not.toContain('not started')
    expect(started.output.text).toContain('--scope "tool:orders tool:invoices")')

    const endpoint = new URL(`http://localhost:${mcp.port}/mcp`)
    const api = (port: number) => ({
      audience: `http://localhost:${port}/`,
      baseUrl: new URL(`http://localhost:${port}/`),
    })
    const secret = new Secret('development-only-secret-of-the-shop-tools')
    mcp.attach(
      createTwoApisApp({
        ...{ endpoint, issuer, client: { id: 'shop-tools', secret } },
        apis: { orders: api(orders), invoices: api(invoices) },
        log: new RecordingLog(),
      }),
    )
    const dana = await connectAs({ endpoint, username: 'dana' })
    for (const name of ['list_orders', 'list_invoices']) {
      expect(await dana.client.callTool({ name, arguments: {} })).toMatchObject({
        content: [{ text: 'of auth0|dana' }],
      })
    }
    await dana.close()
    const emil = await connectAs({ endpoint, username: 'emil' })
    expect(await emil.client.callTool({ name: 'list_orders', arguments: {} })).toMatchObject({
      content: [{ text: 'of auth0|emil' }],
    })
    await expect(emil.client.callTool({ name: 'list_invoices', arguments: {} })).rejects.toThrow()
    await emil.close()

    child?.kill('SIGTERM')
    expect(await started.ended).toBe(0)
  })

  test('[A7] names every fault of the directory with its place, and starts nothing', async () => {
    const directory = JSON.parse(await readFile(EXAMPLE, 'utf8')) as Record<string, unknown[]>
    const faulty = {
      ...directory,
      users: [{ user_id: 'auth0|x', username: 'x', roles: ['Baker'] }],
    }
    const missing = start({ DEV_DIRECTORY: 'absent.json' })
    expect(await missing.ended).toBe(1)
    expect(missing.output.text).toContain('absent.json cannot be used:')
    expect(missing.output.text).toContain('(file): make it a readable file')
    const started = start({ DEV_DIRECTORY: await file('own.json', JSON.stringify(faulty)) })
    expect(await started.ended).toBe(1)
    expect(started.output.text).toContain('own.json cannot be used:\n  users[0].name:')
    expect(started.output.text).not.toContain('authorization server')
  })

  test('[A7] together with settings of a deployment ends with the two names of what to remove', async () => {
    const started = start({
      DEV_DIRECTORY: await file('own.json', '{}'),
      AUTH0_DOMAIN: 'example.eu.auth0.com',
    })
    expect(await started.ended).toBe(1)
    expect(started.output.text).toContain(
      'DEV_DIRECTORY is set together with settings of a deployment',
    )
  })
})
