import { describe, expect, test } from 'vitest'
import { errorPlaces } from '../../helpers/compile-errors.js'

/** The errors of some calls, by the part of the program that the compiler points at. */
function errorsOf(...calls: readonly string[]) {
  return errorPlaces(`
    import { z } from 'zod'
    import { parsePathTemplate } from '../src/downstream/path-template.js'
    import type { DownstreamClient } from '../src/downstream/downstream-client.js'
    declare const api: DownstreamClient
    declare const id: string
    declare const some: string | undefined
    const schema = z.object({ a: z.string() })
    export const template = parsePathTemplate('/p/' + id)
    export const answers: readonly Promise<Response | { a: string }>[] = [\n${calls.join(',\n')}\n]
  `).map(({ at, message }) => [at, message.split('\n')[0] ?? ''] as const)
}

describe('the types of a call of the API', () => {
  test('a call compiles with a query of strings, numbers, booleans and what may be absent, and with a template', () => {
    expect(
      errorsOf(
        "api.json('/p', { query: { page: 2, q: 'x', all: true, after: some }, schema })",
        "api.json('/p/{id}', { params: { id: 7 }, query: {}, schema })",
        "api.fetch('/p/{id}', { params: { id }, headers: { 'X-Some': some } })",
        "api.fetch('/p')",
        'api.fetch(template)',
        'api.fetch(template, { params: { id } })',
        'api.json(template, { query: { page: 2 }, schema })',
      ),
    ).toEqual([])
  })

  test('for a wrong call the compiler points at what is wrong, not at the path', () => {
    const errors = errorsOf(
      "api.json('/p', { query: { page: {} }, schema })",
      "api.fetch('/p/{id}', { params: { id }, query: { list: ['a'] } })",
      "api.json('/p', { method: 'POST', body: { a: 1 }, schema })",
      "api.json('/p/{id}', { params: { id: true }, schema })",
      "api.fetch('/p/{id}', { params: { idd: '1' } })",
      "api.json('/p', { method: 'post', schema })",
      'api.json(template, { query: { after: null }, schema })',
      'api.fetch(template, { params: { id: false } })',
    )
    expect(errors.map(([at]) => at)).toEqual([
      ...['page', 'list', 'a', 'id', 'idd', 'method', 'after', 'id'],
    ])
    for (const [, message] of errors) expect(message).not.toMatch(/PathTemplate|No overload/)
    expect(errors[0]?.[1]).toBe(
      "TS2322: Type '{}' is not assignable to type 'string | number | boolean | undefined'.",
    )
  })

  test('a path that is put together does not compile, and the message says what to write', () => {
    const errors = errorsOf(
      "api.json('/p/' + id, { schema })",
      'api.fetch(`/p/${id}`)',
      'api.fetch(id as string | typeof template)',
    )
    expect(errors).toHaveLength(3)
    for (const [, message] of errors) expect(message).toContain('Write the path out, with {names}')
  })
})
