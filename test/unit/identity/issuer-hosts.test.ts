import { describe, expect, test } from 'vitest'
import { issuerApartFrom } from '../../../src/identity/issuer-hosts.js'

describe('the host of another issuer', () => {
  test.each([
    ['https://id.example.com/', 'https://id.example.com/tenant'],
    ['https://example.com/', 'https://login.example.com/'],
    ['https://login.example.com/', 'https://example.com/'],
    ['http://localhost:8080/', 'http://127.0.0.1:9090/'],
    ['http://[::1]:8080/', 'http://localhost/'],
  ])('the host of %s is of the same party as that of %s', (issuer, other) => {
    expect(issuerApartFrom(issuer, [other])).toBeUndefined()
  })

  test.each([
    ['https://id.example.com/', 'https://other.example/'],
    ['https://one.example.com/', 'https://two.example.com/'],
    ['https://example.com/', 'https://evil-example.com/'],
    ['http://localhost:8080/', 'https://id.example.com/'],
    ['https://id.example.com/', 'http://127.0.0.1/'],
  ])("the host of %s is another party's than that of %s", (issuer, other) => {
    expect(issuerApartFrom(issuer, [other])).toBe(other)
  })

  test('the host of another issuer that is apart is the first of them, and what is no URL is passed over', () => {
    const others = [
      'no url',
      'https://id.example.com/b',
      'https://x.example/',
      'https://y.example/',
    ]
    expect(issuerApartFrom('https://id.example.com/', others)).toBe('https://x.example/')
    expect(issuerApartFrom('no url', others)).toBeUndefined()
  })
})
