import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRequestTarget } from '../../../src/http/request-target.js'

describe('parseRequestTarget', () => {
  test.each([
    ['/mcp', '/mcp', undefined],
    ['//mcp?x=1', '//mcp?x=1', undefined],
    ['*', '*', undefined],
    ['http://localhost:3001/mcp', '/mcp', 'localhost:3001'],
    ['HTTPS://mcp.example/mcp?a=b&c', '/mcp?a=b&c', 'mcp.example'],
    ['http://mcp.example', '/', 'mcp.example'],
    ['http://mcp.example?x', '/?x', 'mcp.example'],
    ['http://[::1]:3001//a', '//a', '[::1]:3001'],
  ])('[case 32] parseRequestTarget reads %s as the path %s', (target, path, authority) => {
    expect(parseRequestTarget(target)).toEqual({ path, authority })
  })

  test.each([
    'mcp',
    'localhost:3001',
    'ftp://localhost/mcp',
    'http:/mcp',
    'http:///mcp',
    'http://user@localhost/mcp',
    'http://user:pass@localhost/mcp',
    'http://evil.example\\@localhost/mcp',
    'http://local%68ost/mcp',
    'http://localhost:99999999/mcp',
    'http://localhost/mcp#x',
    'http://localhost#/mcp',
    'javascript:alert(1)',
    '',
  ])('[case 32] parseRequestTarget makes nothing of %j', (target) => {
    expect(parseRequestTarget(target)).toBeUndefined()
  })

  test('a path that it finds always begins with a slash, and its host is that of a URL parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (rest) => {
        const found = parseRequestTarget(`http://${rest}`)
        if (found === undefined) return
        expect(found.path.startsWith('/')).toBe(true)
        if (!URL.canParse(`http://${rest}`)) return
        const { hostname } = new URL(`http://${rest}`)
        expect(new URL(`http://${found.authority ?? ''}`).hostname).toBe(hostname)
      }),
      { numRuns: 1_000 },
    )
  })
})
