import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { connectAs } from '../../apps/development/headless-mcp-client.js'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { startStack } from '../../apps/development/start-stack.js'
import { freePort } from '../clients/parts/free-port.js'
import { startExampleSetting, type ExampleSetting } from '../helpers/example-setting.js'
import { callForAnswer } from '../helpers/tool-answer.js'

const ROOT = resolve(import.meta.dirname, '../..')
const PROGRAM = join(ROOT, 'examples/own-tools.ts')
const TSX = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/loader.mjs')).href

type LogLine = Readonly<Record<string, unknown>>

describe('examples/own-tools.ts', () => {
  let setting: ExampleSetting
  let folder: string
  let child: ChildProcessByStdio<null, Readable, Readable> | undefined
  let logged: LogLine[]

  beforeEach(async () => {
    setting = await startExampleSetting()
    folder = await mkdtemp(join(tmpdir(), 'own-tools-'))
    logged = []
  })

  afterEach(async () => {
    child?.kill('SIGKILL')
    child = undefined
    await setting.close()
    await rm(folder, { recursive: true })
  })

  /** Starts the example with these settings; resolves when it listens, and rejects with what it wrote when it ends. */
  const launched = async (settings: Readonly<Record<string, string>>): Promise<void> => {
    const started = spawn(process.execPath, ['--import', TSX, PROGRAM], {
      // Not where a developer may have a `.env`.
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.json'),
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    let errors = ''
    started.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    const ended = once(started, 'close').then(() => Promise.reject(new Error(`ended: ${errors}`)))
    ended.catch(() => undefined)
    const listening = new Promise<void>((done) => {
      createInterface(started.stdout).on('line', (line) => {
        logged.push(JSON.parse(line) as LogLine)
        if (logged.at(-1)?.['event'] === 'listening') done()
      })
    })
    await Promise.race([listening, ended])
  }

  /** Starts the example behind the setting's endpoint, as behind a proxy; resolves when it listens. */
  const start = async (settings: Readonly<Record<string, string>> = {}): Promise<void> => {
    const { issuer, endpoint, client, api } = setting
    const port = await freePort()
    await launched({
      PORT: `${port}`,
      MCP_SERVER_URL: endpoint.origin,
      ISSUER_BASE_URL: issuer,
      AUTH0_AUDIENCE: endpoint.href,
      MCP_AUTH0_CLIENT_ID: client.id,
      MCP_AUTH0_CLIENT_SECRET: client.secret.reveal(),
      API_AUTH0_AUDIENCE: api.audience,
      API_BASE_URL: api.baseUrl.href,
      ...settings,
    })
    setting.attach((req, res) => {
      const { method, headers, url: path } = req
      const passedOn = request({ port, method, headers, path }, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      })
      req.pipe(passedOn)
    })
  }

  const named = (event: string): readonly LogLine[] =>
    logged.filter((line) => line['event'] === event)

  /** What alice sees, and what she reads when she calls the tool. */
  const use = async () => {
    const session = await connectAs({ endpoint: setting.endpoint, username: 'alice' })
    try {
      const { tools } = await session.client.listTools()
      const call = session.client.callTool({ name: 'account', arguments: {} })
      const answer = await call.catch((error: unknown) => ({ refused: String(error) }))
      return { tools: tools.map(({ name }) => name), answer }
    } finally {
      await session.close()
    }
  }

  test('[A6] the standalone server with own tools has these alone, and calls the API as the signed-in user', async () => {
    await start()
    const { tools, answer } = await use()
    expect(tools).toEqual(['account'])
    expect(answer).toMatchObject({
      content: [{ text: 'The API knows you as auth0|alice.' }],
      structuredContent: { sub: 'auth0|alice' },
    })
    expect(named('token_exchanged')).toMatchObject([{ tool: 'account' }])
    const page = await fetch(new URL('/', setting.endpoint))
    expect(await page.text()).toContain('Shows the account of the signed-in user.')
  })

  test('[A6] own tools stay below the ceiling of MCP_AUTH0_EXCHANGE_SCOPE: one that needs more is not offered', async () => {
    await start({ MCP_AUTH0_EXCHANGE_SCOPE: 'read:tasks' })
    expect(named('tool_not_offered')).toMatchObject([
      { tool: 'account', missing: ['read:private'] },
    ])
    expect((await use()).tools).toEqual([])
    expect(setting.events.filter(({ type }) => type === 'token_exchanged')).toEqual([])
    expect(setting.api.tokens).toEqual([])
  })

  test('[A6] own tools are bound by DELEGATION_MAX_DEPTH: a longer chain is refused before any exchange', async () => {
    await start({ DELEGATION_MAX_DEPTH: '1' })
    const { answer } = await use()
    expect(answer).toMatchObject({ isError: true })
    expect(JSON.stringify(answer)).toContain('the chain would be 2 long; 1 is the limit')
    expect(setting.events.filter(({ type }) => type === 'token_exchanged')).toEqual([])
    expect(setting.api.tokens).toEqual([])
  })

  test('with the .env of docs/library.md it runs beside the development set-up, and asks clients for the scopes of its tool', async () => {
    const stack = await startStack({ ports: { authorizationServer: 0, api: 0, mcp: 0 } })
    onTestFinished(() => stack.close())
    const endpoint = new URL(`http://localhost:${await freePort()}/mcp`)
    const page = await readFile(join(ROOT, 'docs/library.md'), 'utf8')
    const [, text = ''] = /^```text\n(PORT=[^]*?)^```$/m.exec(page) ?? []
    const settings = text
      .replaceAll('http://localhost:3001/mcp', stack.endpoint.href)
      .replaceAll('3002', endpoint.port)
      .replaceAll('http://localhost:9000/', stack.issuer)
      .replaceAll('http://localhost:8787', stack.apiUrl.origin)
    await writeFile(join(folder, '.env'), settings)
    await launched({})
    const { issuer, endpoint: resource } = stack
    const token = await obtainToken({
      ...{ issuer, username: 'alice', resource: resource.href, scope: 'tool:greet' },
    })
    const answer = await callForAnswer({ endpoint }, { token, tool: 'account' })
    expect(answer.text).toBe('The API knows you as auth0|alice.')
    const metadata = await fetch(new URL('/.well-known/oauth-protected-resource/mcp', endpoint))
    expect(await metadata.json()).toMatchObject({ scopes_supported: ['tool:greet'] })
    expect(logged.filter(({ level }) => level !== 'info')).toEqual([])
  })

  test('without settings it ends with each fault once, and no stack', async () => {
    const text = await launched({}).then(
      () => 'it listens',
      (error: unknown) => String(error),
    )
    expect(text).toContain('The configuration has')
    expect(text.match(/\bAUTH0_AUDIENCE: is missing/g)).toHaveLength(1)
    expect(text).not.toMatch(/^ {4}at /m)
  })

  test('[A6] the server with own tools ends at SIGTERM with code 0', async () => {
    await start()
    const ended = child === undefined ? undefined : once(child, 'exit')
    child?.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })
})
