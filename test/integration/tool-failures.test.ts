import express from 'express'
import { mcpRoute, metadataUrl } from 'mcp-on-behalf-of'
import request from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createAuthInfo } from '../../src/identity/auth-context.js'
import { createMcpServers } from '../../src/server/mcp-servers.js'
import { Secret } from '../../src/secret.js'
import { defineTool } from '../../src/tools/define-tool.js'
import type { Tool } from '../../src/tools/tool.js'
import { answerWith } from '../helpers/exchange-answers.js'
import { callTool } from '../helpers/mcp-requests.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { startMcpServer } from '../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject } from '../helpers/tool-answer.js'
import { unchangedTools } from '../helpers/unchanged-tools.js'

const NOTHING = { inputSchema: z.strictObject({}), outputSchema: z.object({}) }
const named = (name: string) => ({ name, title: name, description: name, ...NOTHING })

const broken = defineTool({
  ...named('broken'),
  requiredScopes: ['tool:read'],
  toText: () => '',
  handler: () => {
    const nothing = JSON.parse('null') as { deep: { deeper: Record<string, never> } }
    return nothing.deep.deeper
  },
})

const quoting = defineTool({
  ...named('quoting'),
  requiredScopes: ['tool:read'],
  toText: () => '',
  handler: () =>
    JSON.parse('SSN 123-45-6789\n    at hunter2 (evil.js:1:1)') as Record<string, never>,
})

const missing = defineTool({
  ...named('missing'),
  requiredScopes: ['tool:read'],
  downstream: { api: 'api', scopes: ['read:private'] },
  toText: () => '',
  handler: (_input, { downstream }) =>
    downstream.json('/things/{id}', { params: { id: 'of-alice' }, schema: z.object({}) }),
})

async function failing(tool: Tool) {
  const environment = { MCP_BASELINE_SCOPES: 'tool:read', API_TIMEOUT_MS: '100000' }
  const server = await startMcpServer({ tools: [tool], environment })
  server.api.responder = (_req, res) => {
    answerWith(res, {}, 404)
  }
  const token = await mintSubject(server, { scope: 'tool:read' })
  const answer = await callForAnswer(server, { token, tool: tool.name })
  expect(answer.isError).toBe(true)
  return { answer, log: server.log }
}

describe('in the standalone server', () => {
  test('[A14] a fault in the program of a tool is logged with where it was thrown', async () => {
    const { answer, log } = await failing(broken)
    const [line] = log.named('tool_failed')
    expect(line?.fields).toMatchObject({ tool: 'broken', code: 'internal_error' })
    expect(line?.fields['stack']).toMatch(/tool-failures\.test\.ts:\d+:\d+/)
    expect(String(line?.fields['stack']).length).toBeLessThanOrEqual(2_000)
    expect(answer.text).toMatch(/^Internal error\. \(reference: [\da-f-]{36}\)$/)
  })

  test('[A14] [S11] the stack has frames alone: what an error quotes is not in it', async () => {
    const { log } = await failing(quoting)
    const [line] = log.named('tool_failed')
    expect(line?.fields['stack']).toMatch(/^at JSON\.parse/)
    expect(String(line?.fields['stack'])).not.toMatch(/SSN|hunter2/)
  })

  test('[A1] a failed call of the API is one line at its level, and names the path without its values', async () => {
    const { log } = await failing(missing)
    const [failed] = log.named('tool_failed')
    expect(failed).toMatchObject({
      level: 'error',
      fields: { reason: 'unexpected_status', status: 404, method: 'GET', path: '/things/{id}' },
    })
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([failed])
    expect(log.named('api_call_failed').map(({ level }) => level)).toEqual(['debug'])
    expect(log.text()).not.toContain('of-alice')
  })
})

test('a tool checks its caller once more where nothing stands in front of the server', async () => {
  let ran = 0
  const tools = [
    defineTool({
      ...named('admin'),
      requiredScopes: ['tool:admin'],
      toText: () => 'done',
      handler: () => {
        ran += 1
        return {}
      },
    }),
  ]
  const log = new RecordingLog()
  const endpoint = new URL('http://localhost/mcp')
  const resourceMetadataUrl = metadataUrl(endpoint)
  const servers = createMcpServers({
    // The tool is listed for everybody, so that only its own check stands between it and a caller.
    toolSets: unchangedTools(tools, { log, access: { lockedTools: 'show' } }),
    sessions: false,
  })
  const mcp = mcpRoute({
    createServer: servers.create,
    log,
  })
  onTestFinished(() => mcp.close())
  const appFor = (scopes: readonly string[]) => {
    const app = express()
    app.use(express.json())
    app.post(
      '/mcp',
      (req, _res, next) => {
        const auth = createAuthInfo({
          caller: {
            issuer: 'https://issuer.example/',
            subject: 'alice',
            clientId: 'c',
            scopes,
            expiresAtSeconds: 4_000_000_000,
          },
          ...{ subjectToken: new Secret('x'), requestId: 'r', resource: endpoint.href },
          challenges: { resourceMetadataUrl },
        })
        Object.assign(req, { auth })
        next()
      },
      mcp.handler,
    )
    return app
  }
  const call = (scopes: readonly string[]) =>
    request(appFor(scopes))
      .post('/mcp')
      .set('Accept', 'application/json, text/event-stream')
      .send(callTool('admin'))
  expect((await call(['tool:other'])).text).toContain('"isError":true')
  expect(ran).toBe(0)
  expect(log.named('tool_failed')).toMatchObject([
    { fields: { code: 'insufficient_scope', reason: 'tool_scopes_not_mounted' } },
  ])
  expect((await call(['tool:admin'])).text).not.toContain('"isError":true')
  expect(ran).toBe(1)
})
