import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerWith } from '../../helpers/exchange-answers.js'
import { postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { callForAnswer, mintSubject } from '../../helpers/tool-answer.js'

/** Every value of `type` in a schema, and every `anyOf`. */
function typesIn(schema: unknown): unknown[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) =>
    key === 'type' || key === 'anyOf' ? [value, ...typesIn(value)] : typesIn(value),
  )
}

describe('greet', () => {
  let server: TestServer
  let token: string

  beforeAll(async () => {
    server = await startMcpServer()
    token = await mintSubject(server)
  })

  afterAll(() => server.close())

  test('greet and every other tool have schemas with one type in each place, which all clients take', async () => {
    const list = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    const { tools } = list['result'] as { tools: { name: string; outputSchema: object }[] }
    expect(tools.map(({ name }) => name)).toContain('greet')
    const types = typesIn(tools)
    expect(types.length).toBeGreaterThan(5)
    expect(types.filter((type) => typeof type !== 'string')).toEqual([])
  })

  test.each([
    [{ actor: 'mcp-server' }, { actor: 'mcp-server' }],
    [{ actor: null }, {}],
    [{}, {}],
  ])('greet shows %j of the API as %j', async (said, shown) => {
    const answer = { msg: 'Hello', sub: 'auth0|alice', scopes: 'read:private' }
    server.api.responder = (_req, res) => {
      answerWith(res, { ...answer, ...said })
    }
    const { raw, text, isError } = await callForAnswer(server, { token })
    expect(isError).toBe(false)
    expect(text).toContain(JSON.stringify({ ...answer, ...shown }))
    expect(raw).not.toContain('"actor":null')
  })
})
