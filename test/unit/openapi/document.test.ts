import { describe, expect, test } from 'vitest'
import { FaultList, inOrder } from '../../../src/openapi/fault-list.js'
import { parseDocument } from '../../../src/openapi/document.js'
import { told } from './readings.js'
import { readOpenApi } from '../../../src/openapi/read-openapi.js'

function parse(source: string | Uint8Array | object, name = 'openapi.yaml') {
  const faults = new FaultList()
  const { root, linesOf } = parseDocument(source, name, faults)
  const found = inOrder(faults.drafts, linesOf).map(
    ({ code, pointer, line, message }) => `${code} ${pointer} ${line ?? '-'}: ${message}`,
  )
  return { root, linesOf, faults: found }
}

const values = (source: string | Uint8Array | object, name?: string): unknown =>
  JSON.parse(JSON.stringify(parse(source, name).root ?? null))

describe('a document in YAML', () => {
  test('has keys as they are written, also numbers, null and dates', () => {
    const text = '200: a\n1.10: b\nnull: c\ntrue: d\n2024-01-01: 2024-01-02\non: yes\n'
    expect(values(text)).toEqual({
      ...{ '200': 'a', '1.10': 'b', null: 'c', true: 'd' },
      ...{ '2024-01-01': '2024-01-02', on: 'yes' },
    })
  })

  test('is YAML 1.2 whatever its directive says', () => {
    expect(values('%YAML 1.1\n---\na: yes\nb: 2024-01-01\n')).toEqual({ a: 'yes', b: '2024-01-01' })
  })

  test('follows anchors and merge keys, and what stands in the object itself wins', () => {
    const text =
      'a: &a { x: 1, y: 2 }\nb:\n  <<: *a\n  y: 3\nc:\n  y: 4\n  <<: [*a, { z: 5, x: 6 }]\n'
    expect(values(text)).toEqual({
      a: { x: 1, y: 2 },
      b: { x: 1, y: 3 },
      c: { y: 4, x: 1, z: 5 },
    })
  })

  test.each([
    [
      'a: 1\nb:\n  c: 1\n  c: 2\n',
      ['duplicate_key #/b/c 4: The key c stands twice in the same object'],
    ],
    ['a: !!binary aGk=\n', ['syntax # 1: Unresolved tag: tag:yaml.org,2002:binary']],
    ['a: 1\nb: !js/function x\n', ['syntax # 2: Unresolved tag: !js/function']],
    ['a: .inf\n', ['syntax #/a 1: JSON has no such number']],
    ['a: &a [*a]\n', ['syntax #/a/0 1: The alias stands for nothing that is complete before it']],
    ['a: *b\n', ['syntax #/a 1: The alias stands for nothing that is complete before it']],
    ['a:\n  <<: 1\n', ['syntax #/a 2: The merge key << stands for something other than an object']],
    ['a:\n\tb: 1\n', ['syntax # 2: Tabs are not allowed as indentation']],
    ['a: 1\n---\nb: 2\n', ['syntax # 2: The text has several YAML documents']],
  ])('has the fault of %j with its line', (text, faults) => {
    expect(parse(text).faults).toEqual(faults)
  })

  test('has lines for its places, also behind CRLF and aliases', () => {
    const { linesOf } = parse('a: &a\r\n  x:\r\n    y: 1\r\nb: *a\r\nc:\r\n  - 1\r\n  - 2\r\n')
    const lines = linesOf(['#/a/x/y', '#/b/x', '#/c/1', '#/none', '#'])
    expect(Object.fromEntries(lines)).toEqual({ '#/a/x/y': 3, '#/b/x': 2, '#/c/1': 7, '#': 1 })
  })
})

describe('a document in JSON', () => {
  test('names a key that stands twice, with the line of the second', () => {
    const text = '{ "a": { "x": 1,\n "x": 2 }, "b": ["x", { "y": 1 }],\n "a": 3 }'
    expect(parse(text, 'api.json').faults).toEqual([
      'duplicate_key #/a/x 2: The key x stands twice in the same object',
      'duplicate_key #/a 3: The key a stands twice in the same object',
    ])
  })

  test.each([
    ['{ "a": 1,\n "b": 2,\n}', 3],
    ['{ "a": [1\n 2] }', 2],
    ['{ "a": "x\n" }', 1],
    ['{\n "a" 1 }', 2],
    ['{ "a": 1 }\n x', 2],
    ['{ "a": tru }', 1],
    ['{ "a": { }', 1],
    ['[1, 2}', 1],
  ])('names the line where %j is none', (text, line) => {
    expect(parse(text, 'api.json').faults).toEqual([
      `syntax # ${line}: api.json is not JSON: what stands in line ${line} cannot stand there`,
    ])
  })

  test('has lines for its places', () => {
    const text = '{\n "paths": {\n  "/a~b": { "get": [ {},\n {\n "x": 1 } ] } } }'
    const { linesOf } = parse(text)
    const lines = linesOf([
      '#/paths/~1a~0b',
      '#/paths/~1a~0b/get/1',
      '#/paths/~1a~0b/get/1/x',
      '#/no',
    ])
    expect([...lines.values()].sort()).toEqual([3, 4, 5])
  })

  test('is read as YAML where its name does not say otherwise', () => {
    expect(values('{ a: 1, "b": [2,], }')).toEqual({ a: 1, b: [2] })
  })
})

describe('a text', () => {
  test.each([
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFa: ä\n')],
    ['UTF-16 LE', Buffer.from('\uFEFFa: ä\n', 'utf16le')],
    ['UTF-16 BE', Buffer.from('\uFEFFa: ä\n', 'utf16le').swap16()],
  ])('is read in %s', (_, bytes) => {
    expect(values(bytes)).toEqual({ a: 'ä' })
  })

  test.each([
    [Buffer.from([0x61, 0x3a, 0xff]), 'openapi.yaml is not UTF-8'],
    [Buffer.from('a: 1', 'utf16le'), 'openapi.yaml has NUL characters'],
    [' \n', 'openapi.yaml is empty'],
  ])('that is none is refused: %#', (source, message) => {
    expect(parse(source).faults).toEqual([`syntax # -: ${message}`])
  })

  test('may be an object that was parsed elsewhere, without lines', () => {
    expect(values({ a: [1, { b: null }] })).toEqual({ a: [1, { b: null }] })
    expect(parse({ a: 1 }).linesOf(['#/a']).size).toBe(0)
  })

  test('cannot be an object that contains itself', () => {
    const loop: Record<string, unknown> = {}
    loop['loop'] = loop
    expect(parse(loop).faults).toEqual(['syntax # -: openapi.yaml is no plain object'])
  })
})

describe('a hostile document', () => {
  const DEEP = 'too_large # -: openapi.yaml has objects or lists that are more than 200 deep'
  const nines = (of: string) => `[${Array.from({ length: 9 }, () => of).join(', ')}]`
  const bomb = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} ${nines(`*a${i}`)}`)

  test.each([
    ['lists in JSON', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['lists in YAML', `a: ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['objects in YAML', `a: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['lists in one line', `${'- '.repeat(10_000)}x`],
    ['keys in one line', `${'? '.repeat(10_000)}x`],
    ['pairs in one line', `a${': b'.repeat(10_000)}`],
    ['pairs within a list', `a: [a${': b'.repeat(10_000)}]`],
    ['indentation', Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('of 10,000 levels is refused: %s', (_, text) => {
    const { root, faults } = parse(text)
    expect({ root, faults }).toEqual({ root: undefined, faults: [DEEP] })
  })

  test('with aliases of aliases ends before they are many', () => {
    const { root, faults } = parse(`a0: &a0 ${nines('1')}\n${bomb.join('\n')}`)
    expect(root).toBeUndefined()
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^too_large .*: openapi.yaml has more than 5000000 values$/)
  })

  test('with more than 10,000 aliases is refused', () => {
    const { faults } = parse(`a: &a 1\nb: [${'*a,'.repeat(10_001)}]`)
    expect(faults).toEqual(['too_large #/b/10000 2: There are more than 10000 aliases'])
  })

  test('of 100 MB is refused before it is looked at', () => {
    const message = 'too_large # -: openapi.yaml is larger than 20 MiB'
    expect(parse(Buffer.alloc(100_000_000)).faults).toEqual([message])
    expect(parse('ä'.repeat(11 * 1024 * 1024)).faults).toEqual([message])
  })

  test('with keys like __proto__ and constructor changes nothing but itself', () => {
    for (const text of [
      '__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\n',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ]) {
      const { root } = parse(text)
      expect(Object.keys(root ?? {})).toEqual(['__proto__', 'constructor'])
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    }
  })

  test('tells at most 100 faults, and how many more there are', () => {
    const text = Array.from({ length: 150 }, (_, i) => `a${i}: *none`).join('\n')
    const { faults } = parse(text)
    expect(faults).toHaveLength(101)
    expect(faults.at(-1)).toBe('more # -: And 50 more')
  })
})

describe('the version of a document', () => {
  test.each([
    [
      '{"swagger":"2.0","info":{}}',
      'api.json is Swagger 2.0. This server reads OpenAPI 3.0, 3.1 and 3.2',
      'Convert it once: npx swagger2openapi api.json -o openapi3.json',
    ],
    [
      '{"openapi":"4.0.0"}',
      'api.json is OpenAPI 4.0.0. This server reads OpenAPI 3.0, 3.1 and 3.2',
      'Write the document in one of these versions',
    ],
    [
      '{"openapi":3.1}',
      'The version of api.json is not a text',
      'Put it in quotes: openapi: "3.1.0"',
    ],
    [
      '{"asyncapi":"3.0.0"}',
      'api.json is no OpenAPI document: it has no member openapi',
      'Give the OpenAPI document of the API',
    ],
    [
      '[1]',
      'api.json is no OpenAPI document: it is not an object',
      'Give the OpenAPI document of the API',
    ],
  ])('is refused with a cure in %j', (text, message, cure) => {
    const { document, operations, faults } = readOpenApi(text, { name: 'api.json' })
    expect({ document, operations }).toEqual({ document: undefined, operations: [] })
    expect(faults).toMatchObject([{ code: 'version', severity: 'fault', message, cure }])
  })

  test('does not have to have a patch level', () => {
    const reading = readOpenApi('{"openapi":"3.1","paths":{}}', { name: 'api.json' })
    expect([reading.document?.version, told(reading)]).toEqual(['3.1', []])
  })
})
