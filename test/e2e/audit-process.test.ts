import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  truncateSync,
} from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AUDIT_RECORD_SCHEMA } from '../../src/audit/audit-record-schema.js'
import { API_AUDIENCE, CLIENT_ID, CLIENT_SECRET } from '../helpers/exchange-answers.js'
import { callTool, postMcp } from '../helpers/mcp-requests.js'
import { ServeProcess } from '../helpers/serve-process.js'
import { TestIssuer } from '../helpers/test-issuer.js'

const AUDIENCE = 'http://localhost:3001/mcp'
const PATIENCE = { timeout: 60_000 }

describe('the audit of a process', () => {
  let issuer: TestIssuer
  let running: ServeProcess
  let token: string
  let port: unknown

  beforeEach(async () => {
    issuer = await TestIssuer.start()
    token = await issuer.mint(AUDIENCE)
  })

  afterEach(() => {
    running.child.kill('SIGKILL')
  })

  const start = async (auditSink: string): Promise<void> => {
    running = new ServeProcess({
      ...{ PORT: '0', HOST: '127.0.0.1', MCP_SERVER_URL: 'http://localhost:3001' },
      ISSUER_BASE_URL: issuer.issuer,
      AUTH0_AUDIENCE: AUDIENCE,
      MCP_AUTH0_CLIENT_ID: CLIENT_ID,
      MCP_AUTH0_CLIENT_SECRET: CLIENT_SECRET,
      API_AUTH0_AUDIENCE: API_AUDIENCE,
      API_BASE_URL: 'http://127.0.0.1:9',
      ...{ RATE_LIMIT_PER_ADDRESS: '0', RATE_LIMIT_PER_CALLER: '0', LOG_LEVEL: 'debug' },
      AUDIT_SINK: auditSink,
    })
    port = (await running.logged('listening'))['port']
  }

  const call = async (message: unknown = callTool('whoami')): Promise<number> => {
    const headers = { Host: 'localhost:3001' }
    const url = `http://127.0.0.1:${String(port)}/mcp`
    return (await postMcp(url, message, { token, headers })).status
  }

  const batch = () => Array.from({ length: 50 }, () => callTool('whoami'))

  test('records are alone on standard output, and the log is alone on standard error, to the end of the process', async () => {
    await start('stdout')
    running.readStdout()
    expect(await Promise.all([call(), call(batch()), call(callTool('unknown'))])).toEqual([
      200, 200, 200,
    ])
    running.child.kill('SIGTERM')
    expect(await running.ended()).toBe(0)
    const records = running.stdout.map((line) => AUDIT_RECORD_SCHEMA.parse(JSON.parse(line)))
    expect(records).toHaveLength(52)
    const events = running.stderr.map((line) => (JSON.parse(line) as { event?: unknown }).event)
    expect(events).toContain('request_ended')
    expect(events).toContain('stopping')
    expect(events.every((event) => typeof event === 'string')).toBe(true)
  })

  test('a slow reader of standard output delays the records, and no call', async () => {
    await start('stdout')
    // More than a pipe holds.
    for (let post = 0; post < 10; post += 1) expect(await call(batch())).toBe(200)
    running.readStdout()
    await running.until(() => (running.stdout.length === 500 ? true : undefined))
    for (const line of running.stdout) AUDIT_RECORD_SCHEMA.parse(JSON.parse(line))
  })

  test('a reader that closes standard output ends neither the process nor its calls, and the log says so', async () => {
    await start('stdout')
    running.child.stdout?.destroy()
    expect(await call()).toBe(200)
    await running.logged('audit_sink_failed')
    expect(await call()).toBe(200)
    running.child.kill('SIGTERM')
    expect(await running.ended()).toBe(0)
  })

  test('a process whose output nobody reads still ends when it is told to', async () => {
    await start('stdout')
    for (let post = 0; post < 10; post += 1) expect(await call(batch())).toBe(200)
    const exited = once(running.child, 'exit')
    running.child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })

  test('a file that is rotated by renaming and SIGHUP, or by copying and truncating, loses no record', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.jsonl')
    await start(path)
    const linesOf = (name: string): readonly string[] =>
      existsSync(name) ? readFileSync(name, 'utf8').trimEnd().split('\n').filter(Boolean) : []
    const written = () => vi.waitUntil(() => linesOf(path).length === 1, PATIENCE)
    expect(await call()).toBe(200)
    await written()
    renameSync(path, `${path}.1`)
    running.child.kill('SIGHUP')
    expect(await call()).toBe(200)
    await written()
    copyFileSync(path, `${path}.2`)
    truncateSync(path)
    expect(await call()).toBe(200)
    running.child.kill('SIGTERM')
    expect(await running.ended()).toBe(0)
    const ids = [path, `${path}.1`, `${path}.2`].flatMap((name) =>
      linesOf(name).map((line) => (JSON.parse(line) as { requestId: string }).requestId),
    )
    expect([ids.length, new Set(ids).size]).toEqual([3, 3])
  })
})
