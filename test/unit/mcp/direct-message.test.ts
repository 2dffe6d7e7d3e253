import { describe, expect, test } from 'vitest'
import { directMessage } from '../../../src/mcp/direct-message.js'
import { modern } from '../../helpers/wire.js'

const JSON_TYPE = { 'content-type': 'application/json' }
const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet' } }
const in2026 = modern('tools/call', { name: 'greet', arguments: {} })

/** Node gives the names of headers in lower case. */
function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

function direct(headers: Record<string, string | string[]>, body: unknown, method = 'POST') {
  return directMessage({ method, headers: { ...JSON_TYPE, ...headers } }, body)
}

describe('the direct mount serves', () => {
  test.each([
    ['without a revision', {}],
    ['of 2025-11-25', { 'mcp-protocol-version': '2025-11-25' }],
    ['of 2025-06-18', { 'mcp-protocol-version': '2025-06-18' }],
    ['of 2024-11-05', { 'mcp-protocol-version': '2024-11-05' }],
    ['with a charset', { 'content-type': 'application/json; charset=utf-8' }],
  ])('the direct mount serves a request %s', (_, headers) => {
    expect(direct(headers, call)).toEqual({ message: call, classification: undefined })
  })

  test('the direct mount serves a request of 2026-07-28 whose headers say what its body says', () => {
    expect(direct(lowerCase(in2026.headers), in2026.message)).toEqual({
      message: in2026.message,
      classification: { era: 'modern', revision: '2026-07-28' },
    })
  })

  test.each([
    ['tools/list', {}],
    ['prompts/get', { name: 'p' }],
    ['resources/read', { uri: 'file:///a' }],
    ['unknown/method', {}],
  ])('the direct mount serves %s of 2026-07-28', (method, params) => {
    const { headers, message } = modern(method, params)
    expect(direct(lowerCase(headers), message)?.message).toEqual(message)
  })
})

describe('the direct mount leaves to the SDK', () => {
  test.each([
    ['a GET', {}, undefined, 'GET'],
    ['a DELETE', {}, undefined, 'DELETE'],
    ['a request in a session', { 'mcp-session-id': 'a' }, call],
    ['a request of an unknown revision', { 'mcp-protocol-version': '2023-01-01' }, call],
    ['a request of two revisions', { 'mcp-protocol-version': ['2025-11-25', '2025-06-18'] }, call],
    ['a body of another type', { 'content-type': 'text/plain' }, call],
    ['a body without a type', { 'content-type': '' }, call],
    ['a batch', {}, [call]],
    ['an empty batch', {}, []],
    ['no body', {}, undefined],
    ['null', {}, null],
    ['a notification', {}, { jsonrpc: '2.0', method: 'notifications/initialized' }],
    ['a response', {}, { jsonrpc: '2.0', id: 1, result: {} }],
    ['an error', {}, { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } }],
    ['another JSON-RPC', {}, { ...call, jsonrpc: '1.0' }],
    ['an id of null', {}, { ...call, id: null }],
    ['a member that no message has', {}, { ...call, more: true }],
    ['initialize', {}, { ...call, method: 'initialize' }],
  ])('the direct mount leaves %s to the SDK', (_, headers, body, method = 'POST') => {
    expect(direct(headers, body, method)).toBeUndefined()
  })

  test.each([
    ['without the revision', { 'MCP-Protocol-Version': undefined }],
    ['of another revision', { 'MCP-Protocol-Version': '2025-11-25' }],
    ['without the method', { 'Mcp-Method': undefined }],
    ['of another method', { 'Mcp-Method': 'tools/list' }],
    ['without the name', { 'Mcp-Name': undefined }],
    ['of another name', { 'Mcp-Name': 'whoami' }],
    ['of an encoded name', { 'Mcp-Name': '=?base64?Z3JlZXQ=?=' }],
    ['in a session', { 'Mcp-Session-Id': 'a' }],
  ])('the direct mount leaves headers %s to the SDK', (_, change) => {
    const headers = Object.entries({ ...in2026.headers, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    )
    expect(direct(lowerCase(Object.fromEntries(headers)), in2026.message)).toBeUndefined()
  })

  test.each([
    ['subscriptions/listen', {}],
    ['server/discover', {}],
  ])('the direct mount leaves %s of 2026-07-28 to the SDK', (method, params) => {
    const { headers, message } = modern(method, params)
    expect(direct(lowerCase(headers), message)).toBeUndefined()
  })

  test('the direct mount leaves a name in the headers of a method without one to the SDK', () => {
    const { headers, message } = modern('tools/list')
    expect(direct(lowerCase({ ...headers, 'Mcp-Name': 'greet' }), message)).toBeUndefined()
  })

  test('the direct mount leaves a name that is no text to the SDK', () => {
    const { message, headers } = modern('tools/call', { name: 7 })
    expect(direct(lowerCase({ ...headers, 'Mcp-Name': '7' }), message)).toBeUndefined()
  })

  test('the direct mount leaves a notification of 2026-07-28 to the SDK', () => {
    const { message, headers } = modern('notifications/progress', {}, null)
    expect(direct(lowerCase(headers), message)).toBeUndefined()
  })
})
