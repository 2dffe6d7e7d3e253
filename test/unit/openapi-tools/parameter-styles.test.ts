import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { documentOf, onlyTool, setUpCalls, toolsOf } from './called-tools.js'

const STYLES = JSON.parse(
  readFileSync(
    new URL(
      '../../../node_modules/@readme/oas-examples/3.0/json/parameters-style.json',
      import.meta.url,
    ),
    'utf8',
  ),
) as object

const VALUES = {
  primitive: 'blue',
  array: ['blue', 'black', 'brown'],
  object: { R: 100, G: 200, B: 150 },
}
const QUERY = { ...VALUES }

/** The raw request target of each operation, or its header fields. */
const TABLE: readonly (readonly [string, string])[] = [
  ['GET /anything/path/{primitive}/{array}/{object}', '/blue/blue,black,brown/R,100,G,200,B,150'],
  [
    'GET /anything/path/simple/{primitive}/{array}/{object}',
    '/blue/blue,black,brown/R,100,G,200,B,150',
  ],
  [
    'POST /anything/path/simple/{primitive}/{array}/{object}',
    '/blue/blue,black,brown/R=100,G=200,B=150',
  ],
  [
    'GET /anything/path/label/{primitive}/{array}/{object}',
    '/.blue/.blue,black,brown/.R,100,G,200,B,150',
  ],
  [
    'POST /anything/path/label/{primitive}/{array}/{object}',
    '/.blue/.blue.black.brown/.R=100.G=200.B=150',
  ],
  [
    'GET /anything/path/matrix/{primitive}/{array}/{object}',
    '/;primitive=blue/;array=blue,black,brown/;object=R,100,G,200,B,150',
  ],
  [
    'POST /anything/path/matrix/{primitive}/{array}/{object}',
    '/;primitive=blue/;array=blue;array=black;array=brown/;R=100;G=200;B=150',
  ],
  ['GET /anything/query', '?primitive=blue&array=blue&array=black&array=brown&R=100&G=200&B=150'],
  ['GET /anything/query/form', '?primitive=blue&array=blue,black,brown&object=R,100,G,200,B,150'],
  [
    'POST /anything/query/form',
    '?primitive=blue&array=blue&array=black&array=brown&R=100&G=200&B=150',
  ],
  [
    'GET /anything/query/spaceDelimited',
    '?array=blue%20black%20brown&object=R%20100%20G%20200%20B%20150',
  ],
  [
    'GET /anything/query/pipeDelimited',
    '?array=blue%7Cblack%7Cbrown&object=R%7C100%7CG%7C200%7CB%7C150',
  ],
  ['GET /anything/query/deepObject', '?object%5BR%5D=100&object%5BG%5D=200&object%5BB%5D=150'],
]

describe('a parameter', () => {
  test.each(TABLE)(
    '[openapi 20] is written as the table of the specification says: %s',
    async (operation, expected) => {
      const { call, seen } = await setUpCalls()
      const { tools, report } = toolsOf(STYLES, { scopesMissing: 'none' })
      const { name, arguments: own } =
        report.tools.find((one) => `${one.operation.method} ${one.operation.path}` === operation) ??
        {}
      const tool = tools.find((one) => one.name === name)
      if (tool === undefined || own === undefined) throw new Error(`no tool for ${operation}`)
      const args = Object.fromEntries(own.map((one) => [one.name, QUERY[one.wire as 'array']]))
      await call(tool, args)
      expect(seen[0]?.url?.endsWith(expected)).toBe(true)
      expect(seen[0]?.url?.split('?')[0]?.split('/').length).toBe(
        operation.split(' ')[1]?.split('/').length,
      )
    },
  )

  test('[openapi 20] in a header is written in the style simple, exploded or not', async () => {
    const { call, seen } = await setUpCalls()
    for (const explode of [false, true]) {
      const parameters = ['primitive', 'array', 'object'].map((name) => ({
        name: `x-${name}`,
        in: 'header',
        explode,
        schema: {},
      }))
      const { primitive, array, object } = VALUES
      const args = { 'x-primitive': primitive, 'x-array': array, 'x-object': object }
      await call(onlyTool(documentOf({ parameters })), args)
    }
    expect(seen.map(({ headers }) => headers['x-array'])).toEqual([
      'blue,black,brown',
      'blue,black,brown',
    ])
    expect(seen.map(({ headers }) => headers['x-object'])).toEqual([
      'R,100,G,200,B,150',
      'R=100,G=200,B=150',
    ])
  })

  test.each([
    ['an empty list is left out', { in: 'query' }, [], ''],
    ['an empty text stays', { in: 'query' }, '', '?p='],
    ['unicode is encoded', { in: 'query' }, ['ü', '日本'], '?p=%C3%BC&p=%E6%97%A5%E6%9C%AC'],
    ['"&", "=" and "%" are encoded', { in: 'query' }, 'a&b=c%20', '?p=a%26b%3Dc%2520'],
    ['a plus and an apostrophe are encoded', { in: 'query' }, "1+1'", '?p=1%2B1%27'],
    ['a comma in an item is encoded', { in: 'query', explode: false }, ['a,b', 'c'], '?p=a%2Cb,c'],
    [
      'reserved characters stay where they may, but for those that would end the value',
      { in: 'query', allowReserved: true },
      "a/b?c=d&e#f[g]'%",
      '?p=a/b?c=d%26e%23f%5Bg%5D%27%25',
    ],
    [
      'JSON content is one encoded text',
      { in: 'query', schema: undefined, content: { 'application/json': { schema: {} } } },
      { a: [1, "'"] },
      '?p=%7B%22a%22%3A%5B1%2C%22%27%22%5D%7D',
    ],
  ])('[openapi 20] in the query: %s', async (_title, how, value, expected) => {
    const { call, seen } = await setUpCalls()
    await call(onlyTool(documentOf({ parameters: [{ name: 'p', schema: {}, ...how }] })), {
      p: value,
    })
    expect(seen[0]?.url).toBe(`/things${expected}`)
  })

  test('an item with the separator of its list is refused, since no server could tell it apart', async () => {
    const { call, seen } = await setUpCalls()
    const parameters = [
      { name: 'p', in: 'query', style: 'pipeDelimited', explode: false, schema: {} },
    ]
    const called = call(onlyTool(documentOf({ parameters })), { p: ['a|b'] })
    await expect(called).rejects.toThrow('"p" has "|" in an item')
    expect(seen).toEqual([])
  })

  test('the members of an object cannot take the place of another parameter', async () => {
    const { call, seen } = await setUpCalls()
    const parameters = [
      { name: 'filter', in: 'query', schema: { type: 'object' } },
      { name: 'tenant', in: 'query', required: true, schema: { enum: ['ours'] } },
    ]
    const tool = onlyTool(documentOf({ parameters }))
    await expect(call(tool, { filter: { tenant: 'theirs' } })).rejects.toThrow(
      '"filter" has a member',
    )
    await call(tool, { filter: { color: 'blue', filter: 'x' } })
    expect(seen.map(({ url }) => url)).toEqual(['/things?color=blue&filter=x&tenant=ours'])
  })

  test('a number of 64 bits may be given as digits, and is refused where it was rounded on its way', async () => {
    const { call, seen } = await setUpCalls()
    const schema = { type: 'integer', format: 'int64' }
    const parameters = [{ name: 'id', in: 'path', required: true, schema }]
    const tool = onlyTool(documentOf({ parameters }, { path: '/things/{id}' }))
    await call(tool, { id: '9007199254740993' })
    await call(tool, { id: 7 })
    await expect(call(tool, { id: 9007199254740992 })).rejects.toThrow(
      'give it as a text of digits',
    )
    await expect(call(tool, { id: 'x' })).rejects.toThrow('id: must match')
    expect(seen.map(({ url }) => url)).toEqual(['/things/9007199254740993', '/things/7'])
  })

  test.each([
    ['Authorization'],
    ['Host'],
    ['Cookie'],
    ['Content-Length'],
    ['X-Forwarded-For'],
    ['Proxy-Authorization'],
    ['X-HTTP-Method-Override'],
  ])('[openapi 22] the header %s is never an argument, and is never sent', async (name) => {
    const { call, seen } = await setUpCalls()
    const parameters = [{ name, in: 'header', schema: { type: 'string' } }]
    const tool = onlyTool(documentOf({ parameters }))
    await expect(call(tool, { [name]: 'evil.example' })).rejects.toThrow('is no argument')
    await call(tool, {})
    expect(Object.values(seen[0]?.headers ?? {})).not.toContain('evil.example')
  })

  test('[openapi 22] an operation that requires a cookie or such a header is left out and says so', () => {
    const document = documentOf({
      parameters: [{ name: 'sid', in: 'cookie', required: true, schema: { type: 'string' } }],
    })
    expect(toolsOf(document).excluded).toMatchObject([
      { code: 'unsupported_argument', reason: 'It needs the cookie sid', method: 'GET' },
    ])
  })

  test.each([['a\r\nX-Evil: 1'], ['a\nb'], ['a\0b'], ['ü'], ['a\u007f']])(
    '[openapi 22] a header value with a line end, a control character or more than ASCII is refused: %j',
    async (value) => {
      const { call, seen } = await setUpCalls()
      const parameters = [{ name: 'X-Note', in: 'header', schema: { type: 'string' } }]
      const called = call(onlyTool(documentOf({ parameters })), { 'X-Note': value })
      await expect(called).rejects.toThrow('The API was not called: "X-Note" is sent as a header')
      expect(seen).toEqual([])
    },
  )

  test.each([
    ['..'],
    ['.'],
    [''],
    ['a/../b'],
    ['%2e%2e'],
    ['a?b#c'],
    ['\0'],
    ['a\\b'],
    ['..;x'],
    ['．．'],
    ['a%2Fb'],
  ])('[openapi 21] a value that would change the path is refused: %j', async (value) => {
    const { call, seen } = await setUpCalls()
    for (const style of ['simple', 'label', 'matrix']) {
      const parameters = [{ name: 'id', in: 'path', required: true, style, schema: {} }]
      const tool = onlyTool(documentOf({ parameters }, { path: '/things/{id}/members' }))
      await expect(call(tool, { id: value })).rejects.toThrow('The API was not called: "id"')
      await expect(call(tool, { id: [value, 'x'] })).rejects.toThrow('The API was not called')
      await expect(call(tool, { id: { [value]: 'x' } })).rejects.toThrow('The API was not called')
    }
    expect(seen).toEqual([])
  })

  test('[openapi 21] values that would change the path together, as parts of one segment, are refused', async () => {
    const { call, seen } = await setUpCalls()
    const parameters = ['a', 'b'].map((name) => ({ name, in: 'path', required: true, schema: {} }))
    const tool = onlyTool(documentOf({ parameters }, { path: '/things/{a}{b}/members' }))
    // Decoded twice, this is a dot.
    await expect(call(tool, { a: '%2', b: 'e' })).rejects.toThrow('The API was not called')
    await call(tool, { a: '1', b: 'e' })
    expect(seen.map(({ url }) => url)).toEqual(['/things/1e/members'])
  })

  test('[openapi 21] 5,000 characters are one segment', async () => {
    const { call, seen } = await setUpCalls()
    const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    const tool = onlyTool(documentOf({ parameters }, { path: '/things/{id}/members' }))
    await call(tool, { id: 'x y'.repeat(1_666) })
    expect(seen[0]?.url).toBe(`/things/${'x%20y'.repeat(1_666)}/members`)
  })
})
