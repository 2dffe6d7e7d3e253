import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traceContextOf } from '../../../src/downstream/trace-context.js'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe('traceContextOf', () => {
  test('traceContextOf passes on what is well-formed', () => {
    const headers = { traceparent, tracestate: 'a=1,b=2', baggage: 'tenant=7' }
    expect(traceContextOf(headers, 'continue')).toEqual(headers)
  })

  test('traceContextOf leaves out the baggage of a client whose trace is not continued', () => {
    const headers = { traceparent, tracestate: 'a=1,b=2', baggage: 'tenant=7' }
    expect(traceContextOf(headers, 'link')).toEqual({ traceparent, tracestate: 'a=1,b=2' })
  })

  test('traceContextOf takes nothing else along', () => {
    const headers = { traceparent, authorization: 'Bearer x', cookie: 'a=b', 'x-trace': '1' }
    expect(traceContextOf(headers, 'continue')).toEqual({ traceparent })
  })

  test('traceContextOf takes any ids but zero, in lower case', () => {
    const digits = (length: number) =>
      fc
        .string({
          unit: fc.constantFrom(...'0123456789abcdef'.split('')),
          minLength: length,
          maxLength: length,
        })
        .filter((text) => !/^0+$/.test(text))
    fc.assert(
      fc.property(digits(32), digits(16), (traceId, parentId) => {
        const given = `00-${traceId}-${parentId}-00`
        expect(traceContextOf({ traceparent: given }, 'continue')).toEqual({ traceparent: given })
      }),
    )
  })

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['doubled', [traceparent, traceparent]],
    ['a list of one', [traceparent]],
    ['in upper case', traceparent.toUpperCase()],
    ['too short', traceparent.slice(1)],
    ['too long', `${traceparent}-00`],
    ['with a blank behind it', `${traceparent} `],
    ['with a line break', `${traceparent}\n`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['a parent id of zeros', `00-0af7651916cd43dd8448eb211c80319c-${'0'.repeat(16)}-01`],
  ])('traceContextOf gives nothing at all where the traceparent is %s', (_, given) => {
    const headers = { traceparent: given, tracestate: 'a=1', baggage: 'b=2' }
    expect(traceContextOf(headers, 'continue')).toEqual({})
  })

  test.each([
    ['empty', ''],
    ['longer than 512', 'x'.repeat(513)],
    ['with a line break', 'a=1\r\nauthorization: Bearer x'],
    ['with other letters', 'a=\u00e4'],
    ['doubled', ['a=1', 'b=2']],
    ['a list of one', ['a=1']],
  ])('traceContextOf leaves out a companion that is %s', (_, given) => {
    expect(traceContextOf({ traceparent, tracestate: given, baggage: given }, 'continue')).toEqual({
      traceparent,
    })
  })

  test('traceContextOf never gives what could break a header', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(traceparent))
    fc.assert(
      fc.property(anything, anything, anything, (one, two, three) => {
        const context = traceContextOf(
          { traceparent: one, tracestate: two, baggage: three },
          'continue',
        )
        for (const value of Object.values(context).filter((text) => text !== undefined)) {
          expect(value).toMatch(/^[\x20-\x7e]+$/)
        }
      }),
    )
  })
})
