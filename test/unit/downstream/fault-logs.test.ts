import { describe, expect, test } from 'vitest'
import { resolveApiPath } from '../../../src/downstream/api-path.js'
import {
  parsePathTemplate,
  PathTemplate,
  type PathValues,
} from '../../../src/downstream/path-template.js'
import { setUpApi } from '../downstream-api.js'
import { failureOf, failureThrownBy } from '../outcomes.js'

const HINT =
  'write the path as a template, such as "/projects/{projectId}", and give its values as params'

/** What the log says of a call that the handler must not make; nothing has been sent. */
async function faultOf(
  path: unknown,
  request: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { loose, seen, asked } = await setUpApi()
  const { code, details } = await failureOf(loose.fetch(path as string, request))
  expect([code, seen, asked]).toEqual(['misconfigured', [], []])
  return { reason: details.reason, ...details.log }
}

describe('the log says what is wrong with a path', () => {
  test.each([
    ['/x?a=b', 'path_query', 'the path has a query or a fragment; a query goes into "query"'],
    ['/x#a', 'path_query', 'the path has a query or a fragment; a query goes into "query"'],
    ['https://api.example/x', 'path_outside_api', 'the path begins with a scheme'],
    ['h2+x.y-z:x', 'path_outside_api', 'the path begins with a scheme'],
    ['/a//b', 'path_empty_segment', 'a segment of the path is empty'],
    [
      '/a/',
      'path_empty_segment',
      'the path ends with an empty segment; give params, {} where there are none',
    ],
    ['/{}', 'path_template', 'a name in braces is none'],
    ['/{a b}', 'path_template', 'a name in braces is none'],
    ['/{7}', 'path_template', 'a name in braces is none'],
    ['/{', 'path_template', 'a brace is alone'],
    ['/a}', 'path_template', 'a brace is alone'],
    ['/a b', 'path_character', 'the path has a character that it must not'],
    ['/..', 'path_dot_segment', 'the path has a dot segment, or one that can be read as several'],
  ])('%s: %s', async (path, reason, problem) => {
    expect(await faultOf(path)).toEqual({ reason, problem, hint: HINT })
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', []],
    ['an object', {}],
    ['an object that looks like a template', { text: '/x', fill: () => 'a%2fadmin' }],
  ])('the log says what is wrong with a path that is no text but %s', async (_what, path) => {
    const fault = { reason: 'path_character', problem: 'the path is no text', hint: HINT }
    expect(await faultOf(path)).toEqual(fault)
    expect(await faultOf(path, { params: {} })).toEqual(fault)
  })

  test('the log says what is wrong with a path whose names and values do not match: which are missing, and which are too many', async () => {
    const params = { b: '1', other: '2', more: '3' }
    expect(await faultOf('/{a}/{b}/{c}', { params })).toEqual({
      reason: 'path_params',
      problem: 'the names of the path and those of params are not the same',
      missing: 'a c',
      surplus: 'other more',
      names: 'a b c',
      hint: HINT,
    })
  })

  test('the log says what is wrong with a path whose value is neither a text nor a number: which', async () => {
    expect(await faultOf('/{a}/{b}', { params: { a: '1', b: null } })).toEqual({
      reason: 'path_param_type',
      problem: 'params.b is neither a string nor a finite number',
      names: 'a b',
      hint: HINT,
    })
  })

  test('the log says what is wrong with a path by its names, of which it shows ten, and none that is too long to be one', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `name_${index}.x`)
    const fault = await faultOf(`/${names.map((name) => `{${name}}`).join('/')}`)
    expect(fault['names']).toBe(names.slice(0, 10).join(' '))
    const longest = `n${'x'.repeat(40)}`
    expect(await faultOf(`/{${longest}}/{${longest}x}`)).toMatchObject({ names: longest })
  })
})

describe('the log says what is wrong with a request', () => {
  test.each<[problem: string, reason: string, request: Readonly<Record<string, unknown>>]>([
    [
      'method is none of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY, in capitals',
      'method',
      { method: 'get' },
    ],
    ['GET takes no json: HTTP gives its body no meaning', 'json_body', { json: {} }],
    [
      'json cannot be written as JSON: it holds a circle, a BigInt, or a toJSON that throws',
      'json_body',
      { method: 'POST', json: 1n },
    ],
    [
      'a header has a name or a value that HTTP does not allow',
      'invalid_header',
      { headers: { 'a b': 'c' } },
    ],
  ])('the log says what is wrong with a request: %s', async (problem, reason, request) => {
    expect(await faultOf('/x', request)).toEqual({ reason, problem })
  })

  test('the log says what is wrong with a request: which header is not the handler’s to set', async () => {
    expect(await faultOf('/x', { headers: { Cookie: 'a=b' } })).toEqual({
      reason: 'forbidden_header',
      header: 'cookie',
      problem: "the header cookie is not the handler's to set",
    })
  })

  test('the log says what is wrong with a request: that json() needs a schema', async () => {
    const { loose } = await setUpApi()
    const { details } = await failureOf(loose.json('/x', {} as Parameters<typeof loose.json>[1]))
    expect(details.log).toEqual({
      problem: 'json() has no schema: give { schema }, or use fetch()',
    })
  })
})

test('a model reads which arguments cannot stand in a path, and the log has their names', () => {
  const fill = (values: PathValues) =>
    failureThrownBy(() => parsePathTemplate('/files/.{a}{b}').fill(values))
  const one = fill({ a: 'x', b: '..' })
  const both = fill({ a: '%2', b: 'e' })
  for (const [failure, param] of [
    [one, 'b'],
    [both, 'a" and "b'],
  ] as const) {
    expect([failure.code, failure.details.reason]).toEqual(['invalid_argument', 'path_value'])
    expect(failure.details.log).toEqual({ param })
    expect(failure.message).toContain(`: "${param}" cannot stand in the path of an address.`)
  }
})

test('the text of a template beside its names is checked when it is read, and no argument is blamed', () => {
  for (const text of ['/x/%2f{v}', '/x/{v}%5c', '/x/%00{v}']) {
    const failure = failureThrownBy(() => parsePathTemplate(text))
    expect([text, failure.code, failure.details.reason]).toEqual([
      text,
      'misconfigured',
      'path_dot_segment',
    ])
  }
  expect(parsePathTemplate('/.{v}/{v}..').fill({ v: 'x' })).toBe('.x/x..')
})

test.each([
  ['/files/{id}?draft={draft}', 'the path has a query or a fragment; a query goes into "query"'],
  ['/files/{', 'a brace is alone'],
  [
    '/files/private-value/../{id}',
    'the path has a dot segment, or one that can be read as several',
  ],
])(
  'a template that a program reads at its start is refused with a cause that says what to change, and quotes none of it: %s',
  (text, problem) => {
    const { message, cause } = failureThrownBy(() => parsePathTemplate(text))
    expect(message).toBe('This server is not set up correctly.')
    expect(cause).toBeInstanceOf(TypeError)
    expect((cause as TypeError).message).toBe(
      `parsePathTemplate() was given an unusable path: ${problem}. Write the path as a template, such as "/projects/{projectId}", and give its values as params.`,
    )
  },
)

test('the log of a path that is refused in a call says once what is wrong with it', async () => {
  const { loose } = await setUpApi()
  const { cause, details } = await failureOf(loose.fetch('/files?draft=true', { params: {} }))
  expect(cause).toBeUndefined()
  expect(details.log).toMatchObject({
    problem: 'the path has a query or a fragment; a query goes into "query"',
  })
})

test('a path with a colon behind its first segment begins with no scheme', async () => {
  const { loose, seen } = await setUpApi()
  await loose.fetch('a/b:c')
  await loose.fetch('7:c')
  expect(seen.map(({ url }) => url)).toEqual(['/a/b:c', '/7:c'])
})

test('[S0] a template that was made by hand does not lead to another address than it says', () => {
  const base = new URL('https://api.example/v1')
  for (const literal of ['..', '%2e%2e', 'a b', '?a=b', '#', '\\', '\t']) {
    const path = new PathTemplate('/x', [[{ literal }], [{ literal: 'y' }]])
    const failure = failureThrownBy(() => resolveApiPath(base, { path }))
    expect([literal, failure.code, failure.details.reason]).toEqual([
      literal,
      'misconfigured',
      'path_outside_api',
    ])
    expect(failure.details.log).toEqual({
      problem: 'the path changes when it is made into a URL',
    })
  }
})

test('slashes at the end of the base are meaningless, however many', () => {
  for (const base of ['https://api.example/v1', 'https://api.example/v1///']) {
    const { url } = resolveApiPath(new URL(base), { path: '/x' })
    expect(url.href).toBe('https://api.example/v1/x')
  }
})

test('a call without a body does not say that it has one', async () => {
  const { client, seen } = await setUpApi()
  await client.fetch('/x')
  await client.fetch('/x', { method: 'DELETE' })
  expect(seen.map(({ headers }) => headers['content-type'])).toEqual([undefined, undefined])
})
