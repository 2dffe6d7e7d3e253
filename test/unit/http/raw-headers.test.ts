import { describe, expect, test } from 'vitest'
import { distinctHeaders, rawHeaderValues, removeRawHeader } from '../../../src/http/raw-headers.js'

const RAW = ['Host', 'a', 'ACCEPT', '1', 'X-Accept', '2', 'accept', '3'] as const

describe('headers as they came', () => {
  test('all values of a header are found in their order, in whatever case its name is written', () => {
    expect(rawHeaderValues(RAW, 'accept')).toEqual(['1', '3'])
    expect(rawHeaderValues(RAW, 'host')).toEqual(['a'])
    expect(rawHeaderValues(RAW, 'dpop')).toEqual([])
  })

  test('a value that reads like the name of a header is not taken for one', () => {
    expect(rawHeaderValues(['X-A', 'accept', 'X-B', '1'], 'accept')).toEqual([])
  })

  test('a header is taken out however often it is there, and the others stay', () => {
    const raw = [...RAW]
    removeRawHeader(raw, 'accept')
    expect(raw).toEqual(['Host', 'a', 'X-Accept', '2'])
  })

  test('distinct headers have each value of a name by itself, and no inherited members', () => {
    const distinct = distinctHeaders([...RAW, '__proto__', 'x'])
    expect(Object.entries(distinct)).toEqual([
      ['host', ['a']],
      ['accept', ['1', '3']],
      ['x-accept', ['2']],
      ['__proto__', ['x']],
    ])
    expect(distinct['constructor']).toBeUndefined()
  })
})
