import { expect, test } from 'vitest'
import { connectionFault } from '../../../src/exchange/connection-fault.js'
import { BodyTooLargeError } from '../../../src/http/bounded-body.js'

function behind(levels: number, cause: unknown): unknown {
  return levels === 0 ? cause : behind(levels - 1, new Error('around', { cause }))
}

const REFUSED = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })

test.each<[string, unknown, string]>([
  ['nobody listens', REFUSED, 'unreachable'],
  ['nobody listens, behind other errors', behind(5, REFUSED), 'unreachable'],
  ['the connection was reset', { code: 'ECONNRESET' }, 'connection_lost'],
  ['the code is a number', { code: 111 }, 'connection_lost'],
  ['the cause is null', { cause: null }, 'connection_lost'],
  ['nothing was thrown', undefined, 'connection_lost'],
  ['null was thrown', null, 'connection_lost'],
  ['the answer is too large', new BodyTooLargeError(5), 'nonsense'],
  ['the answer is too large, behind other errors', behind(3, new BodyTooLargeError(5)), 'nonsense'],
])('no answer came: where %s, that is %s', (_, thrown, fault) => {
  expect(connectionFault(thrown)).toBe(fault)
})

test('no answer came: causes are followed six levels deep and no further', () => {
  expect(connectionFault(behind(6, REFUSED))).toBe('connection_lost')
})
