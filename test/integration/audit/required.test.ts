import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
import { callTool, postMcp, rpc } from '../../helpers/mcp-requests.js'
import { startMcpServer } from '../../helpers/start-mcp-server.js'

test('where records are required, a sink that fails refuses the next call before anything is exchanged', async () => {
  const sink = (): never => {
    throw new Error('no space left')
  }
  const server = await startMcpServer({ audit: { sink, required: true } })
  const token = await server.mint({ scope: 'tool:whoami tool:greet' })
  await postMcp(server.endpoint, callTool('whoami'), { token })
  const refused = await postMcp(server.endpoint, callTool('greet'), { token })
  expect(refused.status).toBe(503)
  expect(refused.headers['retry-after']).toBe('1')
  expect(server.log.named('request_refused')).toMatchObject([
    { level: 'error', fields: { code: 'audit_unavailable', tool: 'greet' } },
  ])
  expect(server.log.named('token_exchanged')).toEqual([])
  const listed = await postMcp(server.endpoint, rpc('tools/list'), { token })
  expect(listed.status).toBe(200)
})

test('where records are not required, calls go on while the sink fails', async () => {
  const sink = (): never => {
    throw new Error('no space left')
  }
  const server = await startMcpServer({ audit: { sink } })
  const token = await server.mint({ scope: 'tool:whoami' })
  await postMcp(server.endpoint, callTool('whoami'), { token })
  expect((await postMcp(server.endpoint, callTool('whoami'), { token })).status).toBe(200)
  expect(server.log.named('audit_sink_failed')).toHaveLength(1)
})

test('a stream gets one line of JSON for each call', async () => {
  const stream = new PassThrough()
  const server = await startMcpServer({ audit: { sink: stream } })
  await postMcp(server.endpoint, callTool('whoami'), {
    token: await server.mint({ scope: 'tool:whoami' }),
  })
  await server.close()
  const record = JSON.parse(String(stream.read())) as ToolCallRecord
  expect(record).toMatchObject({ tool: 'whoami', outcome: 'ok' })
})

test('AUDIT_SINK names a file, and AUDIT_USER=pseudonym keeps the user out of it', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.jsonl')
  const environment = {
    AUDIT_SINK: path,
    AUDIT_USER: 'pseudonym',
    AUDIT_PSEUDONYM_KEY: 'k'.repeat(32),
  }
  const server = await startMcpServer({ environment })
  const token = await server.mint({ scope: 'tool:whoami', sub: 'auth0|somebody' })
  await postMcp(server.endpoint, callTool('whoami'), { token })
  await server.close()
  const text = readFileSync(path, 'utf8')
  expect(text).not.toContain('somebody')
  const { user } = JSON.parse(text) as ToolCallRecord
  const pseudonym = server.log.named('request_ended')[0]?.fields['caller']
  expect(pseudonym).toMatch(/^u_[\w-]{22}$/)
  expect(user).toEqual({ issuer: server.issuer.issuer, pseudonym })
})

test('a server whose audit file cannot be opened does not start, and names AUDIT_SINK', async () => {
  const environment = { AUDIT_SINK: '/nowhere/at/all/audit.jsonl' }
  await expect(startMcpServer({ environment })).rejects.toThrow(/AUDIT_SINK.*cannot be opened/s)
})

test('a disk that is full refuses calls where records are required, and the log says why', async () => {
  const environment = { AUDIT_SINK: '/dev/full', AUDIT_REQUIRED: 'on' }
  const server = await startMcpServer({ environment })
  const token = await server.mint({ scope: 'tool:whoami' })
  await postMcp(server.endpoint, callTool('whoami'), { token })
  expect((await postMcp(server.endpoint, callTool('whoami'), { token })).status).toBe(503)
  expect(JSON.stringify(server.log.named('audit_sink_failed'))).toContain('ENOSPC')
})
