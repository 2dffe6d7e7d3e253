import { describe, expect, test } from 'vitest'
import { ANSWER, setUpApi } from '../downstream-api.js'
import { failureOf } from '../outcomes.js'

describe('the query of a call', () => {
  test('a query has numbers and booleans as texts, and what is undefined is left out', async () => {
    const { client, seen } = await setUpApi()
    const schema = ANSWER
    await client.json('/x', {
      query: { page: 2, all: false, q: 'a b&c', after: undefined },
      schema,
    })
    await client.json('/x', { query: { page: undefined }, schema })
    await client.fetch('/x', { query: {} })
    expect(seen.map(({ url }) => url)).toEqual(['/x?page=2&all=false&q=a+b%26c', '/x', '/x'])
  })

  test.each([null, Number.NaN, Infinity, ['a'], { a: 1 }, 7n, () => 'a', Symbol('a')])(
    'a value that has no text of its own is refused before the API is called: %s',
    async (page) => {
      const { loose, seen } = await setUpApi()
      const failure = await failureOf(loose.fetch('/x', { query: { page } }))
      expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'query_value'])
      expect(failure.details.log?.['problem']).toContain('query.page is neither a string')
      expect(seen).toEqual([])
    },
  )
})

describe('the members of a call', () => {
  test('a header that is undefined is not sent', async () => {
    const { client, seen } = await setUpApi()
    await client.fetch('/x', { headers: { 'X-Some': undefined, 'X-Other': 'there' } })
    expect(seen[0]?.headers).toMatchObject({ 'x-other': 'there' })
    expect(seen[0]?.headers).not.toHaveProperty('x-some')
  })

  test.each([
    ['signal', 'give the signal to downstreamOf(), in its third argument'],
    ['parms', 'did you mean "params"?'],
    [
      'redirect',
      'use method, params, query, headers, json, body, idempotency, argumentNames, schema',
    ],
  ])(
    'a member that nobody would read is refused before the API is called: %s',
    async (name, hint) => {
      const { loose, seen } = await setUpApi()
      const request = { method: 'POST', [name]: { a: 1 }, schema: ANSWER }
      for (const call of [loose.json('/x', request), loose.fetch('/x', request)]) {
        const failure = await failureOf(call)
        expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'unknown_member'])
        expect(failure.details.log).toEqual({
          problem: `the request has an unknown member "${name}"`,
          hint,
        })
      }
      expect(seen).toEqual([])
    },
  )

  test('names of arguments that are no function are refused before the API is called', async () => {
    const { loose, seen } = await setUpApi()
    const failure = await failureOf(loose.fetch('/x', { argumentNames: ['seats'] }))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'unknown_member'])
    expect(failure.details.log?.['problem']).toContain('argumentNames is no function: give ()')
    expect(seen).toEqual([])
  })

  test('a member that is undefined counts as absent', async () => {
    const { loose, seen } = await setUpApi()
    await loose.fetch('/x', { body: undefined, query: undefined, json: undefined })
    expect(seen).toHaveLength(1)
  })
})
