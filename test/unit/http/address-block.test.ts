import { describe, expect, test } from 'vitest'
import { addressBlock } from '../../../src/http/address-block.js'
import { parseAddress } from '../../../src/http/parse-address.js'

const blockOf = (text: string) => addressBlock(parseAddress(text) ?? 'none')

describe('the addresses of one subscriber', () => {
  test('an IPv4 address stands alone, also where it comes as IPv6', () => {
    expect(blockOf('192.0.2.1')).toBe('192.0.2.1')
    expect(blockOf('::ffff:192.0.2.1')).toBe('192.0.2.1')
  })

  test.each([
    ['2001:db8:0:1200::8', '2001:db8:0:1200::/56'],
    ['2001:db8:0:12ff:ffff:ffff:ffff:ffff', '2001:db8:0:1200::/56'],
    ['2001:db8:0:13ff::8', '2001:db8:0:1300::/56'],
    ['2001:db8::8', '2001:db8:0:0::/56'],
    ['2001:db8:0:ff::8', '2001:db8:0:0::/56'],
    ['2001:db8:1::', '2001:db8:1:0::/56'],
    ['::1', '0:0:0:0::/56'],
    ['::', '0:0:0:0::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['1:2:3:4:5:6:7:8', '1:2:3:0::/56'],
  ])('the IPv6 address %s is one of %s', (address, block) => {
    expect(blockOf(address)).toBe(block)
  })
})
