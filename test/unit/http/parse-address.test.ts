import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/http/parse-address.js'

describe('an address as a proxy writes it', () => {
  test.each([
    ['203.0.113.8', '203.0.113.8'],
    ['203.0.113.8:51', '203.0.113.8'],
    [' 203.0.113.8:65535 ', '203.0.113.8'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:443', 'fe80::1'],
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['::FFFF:cb00:7108', '203.0.113.8'],
    ['[::ffff:203.0.113.8]:51', '203.0.113.8'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('[case 36] %s is %s', (text, address) => {
    expect(parseAddress(text)).toBe(address)
  })

  test.each([
    [''],
    ['unknown'],
    ['_hidden'],
    ['localhost'],
    ['203.0.113.8:'],
    ['203.0.113.8:51:52'],
    ['203.0.113.8:123456'],
    ['203.0.113'],
    ['203.0.113.256'],
    ['0x7f.1'],
    ['[203.0.113.8]:51'],
    ['2001:db8::1]:443'],
    ['203.0.113.8, 203.0.113.9'],
    ['203.0.113.8\r\nX: y'],
    ['"203.0.113.8"'],
    [`203.0.113.8${' '.repeat(200)}`],
    ['9'.repeat(8_000)],
  ])('[S16.7] %j is no address', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  test('[S16.7] nothing is none', () => {
    expect(parseAddress(undefined)).toBeUndefined()
  })
})
