import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createProxyBypass, isProxyBypassEntry } from '../../../src/http/proxy-bypass.js'

const bypasses = (entries: string, url: string): boolean =>
  createProxyBypass(entries.split(' ').filter((entry) => entry !== ''))(new URL(url))

describe('what is reached without a proxy', () => {
  test.each([
    'http://localhost:9000/',
    'https://127.0.0.1/',
    'http://127.8.9.1:8787/',
    'https://[::1]/',
  ])(
    '[case 24] what is reached without a proxy is this machine, whatever the list says: %s',
    (url) => {
      expect(bypasses('', url)).toBe(true)
      expect(bypasses('example.com', url)).toBe(true)
    },
  )

  test.each([
    ['*', 'https://login.example.com/'],
    ['example.com', 'https://example.com/'],
    ['example.com', 'https://login.example.com/'],
    ['.example.com', 'https://login.example.com/'],
    ['.example.com', 'https://example.com/'],
    ['*.example.com', 'https://login.example.com/'],
    ['EXAMPLE.com.', 'https://Login.Example.COM./'],
    ['login.example.com:443', 'https://login.example.com/'],
    ['login.example.com:80', 'http://login.example.com/'],
    ['login.example.com:8443', 'https://login.example.com:8443/'],
    ['10.0.0.7', 'http://10.0.0.7:8080/'],
    ['10.0.0.0/8', 'http://10.1.2.3/'],
    ['10.0.0.0/8:8080', 'http://10.1.2.3:8080/'],
    ['10.*', 'http://10.1.2.3/'],
    ['fd00::1', 'http://[fd00::1]/'],
    ['[fd00::1]', 'http://[fd00::1]:8080/'],
    ['[fd00::1]:8080', 'http://[fd00::1]:8080/'],
    ['fd00::/8', 'http://[fd12::1]/'],
    ['other.test login.test', 'https://login.test/'],
  ])('[case 24] what is reached without a proxy is on the list: %s has %s', (entries, url) => {
    expect(bypasses(entries, url)).toBe(true)
    expect(entries.split(' ').every(isProxyBypassEntry)).toBe(true)
  })

  test.each([
    ['', 'https://login.example.com/'],
    ['example.com', 'https://notexample.com/'],
    ['example.com', 'https://example.com.attacker.test/'],
    ['example.com', 'https://example.org/'],
    ['login.example.com', 'https://example.com/'],
    ['login.example.com:443', 'https://login.example.com:8443/'],
    ['login.example.com:443', 'http://login.example.com/'],
    ['10.0.0.0/8', 'http://11.1.2.3/'],
    ['10.0.0.0/8', 'http://10.example.com/'],
    ['10.0.0.7', 'http://10.0.0.70/'],
    ['fd00::1', 'http://[fd00::2]/'],
    ['*.example.com', 'https://example.org/'],
  ])(
    '[case 24] what is reached without a proxy is not what the list does not have: %s has no %s',
    (entries, url) => {
      expect(bypasses(entries, url)).toBe(false)
    },
  )

  test.each([
    'https://a.example',
    'a.example/path',
    '10.0.0.0/33',
    'a/8',
    'a.example:99999',
    'a:b',
  ])(
    '[case 24] what is reached without a proxy has no entries that could match nothing: %s',
    (entry) => {
      expect(isProxyBypassEntry(entry)).toBe(false)
    },
  )

  test('what is reached without a proxy is decided for any entry that is taken', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.ipV6()), (entry) => {
        fc.pre(isProxyBypassEntry(entry))
        expect(typeof createProxyBypass([entry])(new URL('https://a.example/'))).toBe('boolean')
      }),
    )
  })
})
