import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { toolsFromOpenApi } from '../../../src/openapi.js'
import { documentOf, onlyTool, setUpCalls, textsOf, toolsOf } from './called-tools.js'

const TRAIN_TRAVEL = readFileSync(
  new URL('../../../node_modules/@readme/oas-examples/3.1/yaml/train-travel.yaml', import.meta.url),
  'utf8',
)

describe('tools from an OpenAPI document', () => {
  test('call the API with their arguments and answer with its bytes', async () => {
    const { call, seen } = await setUpCalls((_req, res) => {
      res.setHeader('content-type', 'application/json').end('{ "id": 9007199254740993 }')
    })
    const tool = onlyTool(
      documentOf(
        {
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            { name: '$filter', in: 'query', schema: { type: 'string' } },
          ],
          requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        },
        { path: '/things/{id}', method: 'post' },
      ),
    )
    const answer = await call(tool, { id: 'a b', filter: "x eq 'y'", body: { n: 1 } })
    expect(textsOf(answer)).toEqual(['{ "id": 9007199254740993 }'])
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/things/a%20b?%24filter=x%20eq%20%27y%27',
      body: '{"n":1}',
    })
  })

  test('train-travel gives seven tools, each with the scopes of its operation at both hops', () => {
    const { report } = toolsOf(TRAIN_TRAVEL, { name: 'train-travel.yaml' })
    expect(report.document).toMatchObject({ operations: 7, tools: 7, excluded: 0, scopeSets: 2 })
    expect(report.tools.map(({ name, chosen }) => [name, chosen.server, chosen.api])).toEqual([
      ['create_booking', ['write'], ['write']],
      ['create_booking_payment', ['read'], ['read']],
      ['delete_booking', ['write'], ['write']],
      ['get_booking', ['read'], ['read']],
      ['get_bookings', ['read'], ['read']],
      ['get_stations', ['read'], ['read']],
      ['get_trips', ['read'], ['read']],
    ])
  })
})

test('more than 5000 selected operations are refused by their number alone, before the work of seconds', () => {
  // None of these could be called, so that with this number no tool would be too many.
  const cookie = { name: 'sid', in: 'cookie', required: true, schema: { type: 'string' } }
  const get = { parameters: [cookie], security: [], responses: {} }
  const paths = (count: number): object =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`/things${index}`, { get }]))
  const tools = (count: number, operations?: string): number =>
    toolsFromOpenApi(
      { openapi: '3.1.0', info: { title: 'Many', version: '1' }, paths: paths(count) },
      { api: 'api', operations },
    ).excluded.length
  expect(() => tools(5_001)).toThrow(/5001 operations would become tools, more than 128/)
  expect(tools(5_001, 'GET /things7')).toBe(5_001)
  expect(tools(5_000)).toBe(5_000)
})
