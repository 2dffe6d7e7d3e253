import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { documentSha256 } from '../../../src/server/read-overlays.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)
const overlay = (text: string) => ({ name: text, document: bytes(text) })

test('the hash of a document without overlays is that of its bytes', () => {
  expect(documentSha256(bytes('a'), [])).toBe(hash('sha256', 'a'))
})

test('the hash covers each overlay, and their order', () => {
  const lists = [[], ['b'], ['c'], ['b', 'c'], ['c', 'b'], ['bc'], ['b', 'b']]
  const hashes = lists.map((names) => documentSha256(bytes('a'), names.map(overlay)))
  expect(new Set(hashes).size).toBe(lists.length)
})
