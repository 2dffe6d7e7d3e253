import { describe, expect, test } from 'vitest'
import { z, type ZodType } from 'zod'
import { schemaPaths } from '../../../src/downstream/schema-paths.js'

/** Where a value does not fit a schema, as the log says it. */
async function pathsOf(schema: ZodType, value: unknown): Promise<readonly string[]> {
  const { error } = await schema.safeParseAsync(value)
  return schemaPaths(schema, error?.issues ?? [])
}

describe('the place where an answer does not fit its schema', () => {
  test('the place where an answer does not fit its schema is said by the names of the schema and the numbers of lists', async () => {
    const schema = z.object({ items: z.array(z.object({ id: z.string() })), next: z.string() })
    expect(await pathsOf(schema, { items: [{ id: 'a' }, { id: 7 }] })).toEqual([
      'items.1.id',
      'next',
    ])
  })

  test('the place where an answer does not fit its schema is the whole answer where it has no path', async () => {
    expect(await pathsOf(z.object({}), [])).toEqual(['(the whole answer)'])
  })

  test('the place where an answer does not fit its schema is said once, however often it does not fit', async () => {
    const schema = z.record(z.string(), z.number())
    expect(await pathsOf(schema, { SSN: 'a', other: 'b' })).toEqual(['*'])
  })

  test('the place where an answer does not fit its schema is one of ten at the most', async () => {
    const paths = await pathsOf(
      z.array(z.string()),
      Array.from({ length: 12 }, () => 7),
    )
    expect(paths).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  test('the place where an answer does not fit its schema is bounded, deep as it may be', () => {
    const path = Array.from({ length: 60 }, () => 12)
    expect(schemaPaths(z.unknown(), [{ path }])).toEqual(['12.'.repeat(34).slice(0, 100)])
  })

  test.each<[what: string, schema: ZodType]>([
    ['a transformation', z.string().transform(() => new Date())],
    ['a date', z.date()],
    ['a custom check', z.custom<string>(() => true)],
    ['a big number', z.bigint()],
  ])(
    'the place where an answer does not fit its schema has its name beside what JSON Schema cannot describe: %s',
    async (_what, schema) => {
      const shape = z.object({ first: schema, count: z.number() })
      expect(await pathsOf(shape, { first: 'x' })).toContain('count')
    },
  )

  test('the place where an answer does not fit its schema has the name that the answer has for it, not the one that the schema gives it', async () => {
    const schema = z.object({ old_name: z.string() }).transform((value) => ({ newName: value }))
    expect(await pathsOf(schema, {})).toEqual(['old_name'])
    expect(schemaPaths(schema, [{ path: ['newName'] }])).toEqual(['*'])
  })

  test('the place where an answer does not fit its schema has its name also behind a schema that allows null', async () => {
    const schema = z.object({
      before: z.object({ id: z.string() }),
      maybe: z.literal(null).default(null),
      after: z.object({ key: z.string() }),
    })
    expect(await pathsOf(schema, { before: {}, after: {} })).toEqual(['before.id', 'after.key'])
  })

  test('the place where an answer does not fit its schema is not named by what the schema writes in other places than names', () => {
    const schema = z.object({ kind: z.enum(['SSN']).meta({ title: 'Hunter' }) })
    const issues = ['SSN', 'Hunter', 'title', 'kind'].map((name) => ({ path: [name] }))
    expect(schemaPaths(schema, issues)).toEqual(['*', 'kind'])
  })

  test('the place where an answer does not fit its schema has no name where the schema cannot be described at all', () => {
    const foreign = { safeParseAsync: () => undefined } as unknown as ZodType
    expect(schemaPaths(foreign, [{ path: ['name', 0] }])).toEqual(['*.0'])
  })

  test('the place where an answer does not fit its schema has no name that is a symbol', () => {
    expect(schemaPaths(z.object({}), [{ path: [Symbol('secret')] }])).toEqual(['*'])
  })
})
