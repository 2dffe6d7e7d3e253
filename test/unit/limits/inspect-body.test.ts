import { describe, expect, test } from 'vitest'
import { inspectBody } from '../../../src/limits/inspect-body.js'

const members = (count: number, value: unknown = 1): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, value]))
const list = (count: number, value: unknown = 1): unknown[] =>
  Array.from({ length: count }, () => value)
const deep = (depth: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = { a: value }
  return value
}
const request = (params: object): object => ({ jsonrpc: '2.0', id: 1, method: 'm', params })

function refusalOf(body: unknown): string | undefined {
  const { refusal } = inspectBody(body)
  if (refusal === undefined) return undefined
  expect(refusal.code).toBe('invalid_request')
  expect(refusal.message).toMatch(/at the most/)
  return refusal.details.reason
}

describe('what a request body may hold', () => {
  test.each([
    [
      'in capabilities',
      (count: number) => request({ capabilities: { experimental: members(count) } }),
    ],
    ['in _meta', (count: number) => request({ _meta: members(count) })],
    ['in params', (count: number) => request(members(count))],
    ['at the top', (count: number) => members(count)],
    ['in an answer', (count: number) => ({ jsonrpc: '2.0', id: 1, result: members(count) })],
    ['in the data of an error', (count: number) => ({ id: 1, error: { data: members(count) } })],
    ['in a list', (count: number) => request({ items: list(count) })],
    ['at the top of arguments', (count: number) => request({ arguments: members(count) })],
    [
      'in a message of a batch',
      (count: number) => [request({}), request({ _meta: members(count) })],
    ],
    [
      'in what only looks like arguments',
      (count: number) => request({ x: { arguments: { x: list(count) } } }),
    ],
  ])('[S2] 1,000 members %s, and no more', (_, body) => {
    expect(refusalOf(body(1_000))).toBeUndefined()
    expect(refusalOf(body(1_001))).toBe('too_many_members')
  })

  test('[S2] a list within an argument of a tool may be longer', () => {
    expect(refusalOf(request({ arguments: { ids: list(9_000) } }))).toBeUndefined()
    expect(refusalOf(request({ arguments: { map: members(9_000) } }))).toBeUndefined()
  })

  test.each([
    ['in one list', request({ arguments: { ids: list(10_000) } })],
    ['in many lists', request({ arguments: { rows: list(101, list(100)) } })],
    ['in a batch', list(50, request({ arguments: { ids: list(250) } }))],
  ])('[S2] more than 10,000 values are refused, also within arguments: %s', (_, body) => {
    expect(refusalOf(body)).toBe('too_many_values')
  })

  test('[S2] more than 2,000 values outside of arguments are refused, however they are spread', () => {
    expect(refusalOf(list(50, request({ _meta: members(30) })))).toBeUndefined()
    expect(refusalOf(list(50, request({ _meta: members(40) })))).toBe('too_many_values')
    expect(refusalOf(request({ a: list(50, members(50)) }))).toBe('too_many_values')
  })

  test.each(['tools/list', 'prompts/list', 'resources/templates/list'])(
    '[S2] a batch may ask for a list five times, and no more: %s',
    (method) => {
      const ask = { jsonrpc: '2.0', id: 1, method }
      expect(refusalOf([...list(5, ask), ...list(45, request({}))])).toBeUndefined()
      expect(refusalOf(list(6, ask))).toBe('batch_too_long')
    },
  )

  test('[RS30] 64 levels, and no more, also within arguments', () => {
    expect(refusalOf(request({ x: deep(62) }))).toBeUndefined()
    expect(refusalOf(request({ x: deep(64) }))).toBe('too_deep')
    expect(refusalOf(request({ arguments: { x: deep(64) } }))).toBe('too_deep')
  })

  test('[S2] the values outside of arguments are counted, as far as they were looked at', () => {
    expect(inspectBody({ a: [1, 2], b: {} })).toMatchObject({ messages: 1, protocolValues: 5 })
    expect(inspectBody([{}, {}, {}])).toMatchObject({ messages: 3, protocolValues: 4 })
    const ids = { arguments: { ids: list(9_000) } }
    expect(inspectBody(request(ids)).protocolValues).toBe(7)
    expect(inspectBody(request(members(20_000))).protocolValues).toBe(4_000)
    expect(inspectBody(list(50, list(900))).protocolValues).toBeLessThan(4_000)
  })

  test('members called __proto__ count like others', () => {
    const text = `{"params":{"_meta":{"__proto__":${JSON.stringify(members(1_001))}}}}`
    expect(refusalOf(JSON.parse(text))).toBe('too_many_members')
  })

  test.each([[null], [5], ['text'], [[]], [{}], [[null, 5]], [{ params: null }]])(
    '%j is left to the protocol',
    (body) => {
      expect(refusalOf(body)).toBeUndefined()
    },
  )
})
