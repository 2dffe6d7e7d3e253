import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeError } from '../../src/describe-error.js'
import { OnBehalfOfError } from '../../src/errors.js'

const TOKEN =
  'eyJhbGciOiJSUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhdXRoMHxhYmMifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ'
const SECRET = 'pXo9_Zr4-QmT2vB7nL1kWs8yHd3fGj6aUe5cRi0x'

/** Everything that a library may hang on an error. */
function hung(cause?: unknown): Error {
  const error = new Error(`request with ${TOKEN} and client_secret=${SECRET} failed`, { cause })
  return Object.assign(error, {
    code: `E_${SECRET}`,
    response: new Response(TOKEN, { headers: { 'x-token': TOKEN } }),
    request: { headers: { authorization: `Bearer ${TOKEN}` }, body: `subject_token=${TOKEN}` },
    body: { access_token: TOKEN, client_secret: SECRET },
    options: [SECRET],
  })
}

const written = (error: unknown): string => JSON.stringify(describeError(error))

describe('describeError', () => {
  test('lets no token out of message, code, stack, own members or causes', () => {
    const text = written(hung(hung(hung())))
    for (const part of [...TOKEN.split('.'), SECRET]) expect(text).not.toContain(part)
    expect(text).toContain('[scrubbed]')
  })

  test('lets no token out of an aggregate of errors', () => {
    const text = written(new AggregateError([hung(), hung()], `all failed: ${SECRET}`))
    for (const part of [...TOKEN.split('.'), SECRET]) expect(text).not.toContain(part)
  })

  test('lets no token out of the name of an error', () => {
    expect(written(Object.assign(hung(), { name: `Error ${SECRET}` }))).not.toContain(SECRET)
  })

  test.each([
    ['a string', TOKEN],
    ['an object', { token: TOKEN }],
    ['a list', [TOKEN]],
  ])('lets no token out of %s that was thrown', (_what, thrown) => {
    expect(written(thrown)).toBe(JSON.stringify({ name: typeof thrown }))
    expect(written(new Error('x', { cause: thrown }))).not.toContain(TOKEN)
  })

  test('tells name, code and message of an error and of its causes', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    expect(describeError(new TypeError('fetch failed', { cause: refused }))).toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
      causes: [{ name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }],
    })
  })

  test('tells the stack of foreign errors on one line, and none of our own', () => {
    const foreign = describeError(new Error('foreign'))
    expect(foreign['stack']).toMatch(/^Error: foreign \| /)
    expect(foreign['stack']).not.toContain('\n')
    expect(describeError(new OnBehalfOfError('invalid_token'))).not.toHaveProperty('stack')
  })

  test('ends where causes go in a circle', () => {
    const one = new Error('one')
    const other = new Error('other', { cause: one })
    one.cause = other
    expect(describeError(one)['causes']).toHaveLength(5)
  })

  test('is bounded and can be serialised, whatever was thrown', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string({ maxLength: 9_999 }), (thrown, message) => {
        const error = new Error(message, { cause: new Error(message, { cause: thrown }) })
        expect(written(error).length).toBeLessThan(10_000)
        expect(describeError(thrown)).toHaveProperty('name')
      }),
    )
  })
})
