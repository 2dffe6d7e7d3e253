import { expect, test } from 'vitest'
import { plainPath } from '../../../src/http/plain-path.js'

test.each([
  ['/mcp', '/mcp'],
  ['/MCP//', '/mcp'],
  ['/', ''],
  ['//a//b', '//a//b'],
])('%s is the plain path %s', (path, plain) => {
  expect(plainPath(path)).toBe(plain)
})

test('a path of slashes costs no more than any other of its length', () => {
  const slashes = '/'.repeat(1_000_000)
  expect(plainPath(`/mcp${slashes}x`)).toHaveLength(1_000_005)
})
