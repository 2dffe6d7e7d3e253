import { expect, test } from 'vitest'
import { AnswerReader } from '../../../src/observability/answer-reader.js'

const failed = (id: unknown) => ({ jsonrpc: '2.0', id, result: { content: [], isError: true } })
const refused = (id: unknown) => ({ jsonrpc: '2.0', id, error: { code: -32_602, message: 'no' } })

function reading(...chunks: readonly (string | Uint8Array)[]): AnswerReader {
  const reader = new AnswerReader()
  for (const chunk of chunks) reader.add(chunk)
  return reader
}

test('a result with isError in JSON is the error of its tool call alone', () => {
  const reader = reading(JSON.stringify([failed(1), refused('a'), { id: 2, result: {} }]))
  const errors = [1, 'a', 2, '1', undefined].map((id) => reader.errorOf(id))
  expect(errors).toEqual(['tool_error', 'protocol_error', undefined, undefined, undefined])
})

test('a result with isError in an event stream is found, whatever chunks it comes in', () => {
  const stream = `event: message\ndata: {"method":"x"}\n\nevent: message\nid: 7\ndata: ${JSON.stringify(failed(7))}\n\n`
  for (let at = 0; at < stream.length; at += 1) {
    const reader = reading(stream.slice(0, at), Buffer.from(stream.slice(at)))
    expect(reader.errorOf(7)).toBe('tool_error')
  }
})

test('an answer that only speaks of isError is no error', () => {
  const text = JSON.stringify(failed(1))
  const spoken = { content: [{ type: 'text', text }], structuredContent: { isError: true } }
  expect(reading(JSON.stringify({ id: 1, result: spoken })).errorOf(1)).toBeUndefined()
})

test('what is no JSON, compressed or cut off has no error that can be seen', () => {
  const whole = JSON.stringify(failed(1))
  for (const text of ['', '"isError"', whole.slice(0, -1), 'data: {"isError"', 'null', '[null]']) {
    expect(reading(text).errorOf(1)).toBeUndefined()
  }
})

test('of a large answer no more than 256 KiB is kept', () => {
  const reader = reading(' '.repeat(256 * 1024), JSON.stringify(failed(1)))
  expect(reader.errorOf(1)).toBeUndefined()
})
