import { describe, expect, test } from 'vitest'
import { integer } from '../../../apps/authorization-server/der.js'

describe('a number in DER takes the fewest bytes, or OpenSSL refuses the certificate', () => {
  test.each([
    ['a zero in front of a byte without sign bit', [0x00, 0x7f], [0x02, 1, 0x7f]],
    ['a zero in front of a byte with sign bit', [0x00, 0x80], [0x02, 2, 0x00, 0x80]],
    ['two zeros in front', [0x00, 0x00, 0x01], [0x02, 1, 0x01]],
    ['a sign bit in front', [0x80], [0x02, 2, 0x00, 0x80]],
    ['nothing but zeros', [0x00, 0x00], [0x02, 1, 0x00]],
  ])('%s', (_title, bytes, expected) => {
    expect([...integer(Uint8Array.from(bytes))]).toEqual(expected)
  })
})
