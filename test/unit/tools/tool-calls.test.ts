import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toolCallsIn } from '../../../src/tools/tool-calls.js'

const call = (name: unknown, id: unknown = 1): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: {} },
})

describe('toolCallsIn', () => {
  test('toolCallsIn names the tool of a call', () => {
    expect(toolCallsIn(call('greet'))).toEqual(['greet'])
  })

  test('toolCallsIn names the tool of a call that is sent as a notification', () => {
    expect(
      toolCallsIn({ jsonrpc: '2.0', method: 'tools/call', params: { name: 'greet' } }),
    ).toEqual(['greet'])
  })

  test('toolCallsIn names every tool of a batch once, in order', () => {
    const batch = [call('greet'), { method: 'ping' }, call('whoami'), call('greet', 2)]
    expect(toolCallsIn(batch)).toEqual(['greet', 'whoami'])
  })

  test.each(['toString', '__proto__', 'constructor', ''])(
    'toolCallsIn takes the name %j as it is',
    (name) => {
      expect(toolCallsIn(JSON.parse(JSON.stringify(call(name))))).toEqual([name])
    },
  )

  const nothing: readonly unknown[] = [
    undefined,
    null,
    '',
    'tools/call',
    7,
    true,
    {},
    [],
    [[]],
    [null],
    { method: 'tools/list' },
    { method: 'Tools/Call', params: { name: 'greet' } },
    { method: 'tools/call ', params: { name: 'greet' } },
    { method: 'tools/call' },
    { method: 'tools/call', params: null },
    { method: 'tools/call', params: 'greet' },
    { method: 'tools/call', params: ['greet'] },
    { method: 'tools/call', params: { name: null } },
    { method: 'tools/call', params: { name: 7 } },
    { method: 'tools/call', params: { name: ['greet'] } },
    { method: 'tools/call', name: 'greet' },
    { method: ['tools/call'], params: { name: 'greet' } },
    [[call('greet')]],
  ]
  test.each(nothing.map((body) => [JSON.stringify(body), body] as const))(
    'toolCallsIn names nothing in %s',
    (_shown, body) => {
      expect(toolCallsIn(body)).toEqual([])
    },
  )

  const member = fc.oneof(
    fc.constantFrom('tools/call', 'tools/list', 'greet'),
    fc.anything({ withNullPrototype: true }),
  )
  const message = fc.record(
    { method: member, params: fc.oneof(member, fc.record({ name: member })) },
    { requiredKeys: [] },
  )
  const body = fc.oneof(fc.anything({ withNullPrototype: true }), message, fc.array(message))

  test('toolCallsIn never throws, and gives distinct strings, whatever the body is', () => {
    fc.assert(
      fc.property(body, (value) => {
        const names = toolCallsIn(value)
        expect(names.every((name) => typeof name === 'string')).toBe(true)
        expect(new Set(names).size).toBe(names.length)
      }),
      { numRuns: 1_000 },
    )
  })

  test('toolCallsIn finds a call wherever it stands in a batch', () => {
    fc.assert(
      fc.property(fc.array(body), fc.nat(), fc.string(), (others, position, name) => {
        const batch = others.toSpliced(position % (others.length + 1), 0, call(name))
        expect(toolCallsIn(batch)).toContain(name)
      }),
    )
  })
})
