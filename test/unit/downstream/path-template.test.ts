import { describe, expect, test } from 'vitest'
import { parsePathTemplate, type PathValues } from '../../../src/downstream/path-template.js'
import { setUpApi } from '../downstream-api.js'
import { failureOf, failureThrownBy } from '../outcomes.js'
import { OTHER_PATHS } from './other-paths.js'

const MEMBERS = '/projects/{projectId}/members'

/** "A", percent-encoded so often. */
const nested = (times: number): string => `%${'25'.repeat(times - 1)}41`

describe('a value in a path', () => {
  test.each(OTHER_PATHS)(
    '[S0] a value in a path of %s never reaches the API, and the model reads which argument to correct: %j',
    async (_what, projectId) => {
      const { client, seen, asked } = await setUpApi(undefined, { basePath: '/v1' })
      const call = client.fetch(MEMBERS, { method: 'DELETE', params: { projectId } })
      const failure = await failureOf(call)
      expect([failure.code, failure.details.reason]).toEqual(['invalid_argument', 'path_value'])
      expect(failure.message).toContain('"projectId"')
      expect([seen, asked]).toEqual([[], []])
    },
  )

  test('[S0] a value in a path that is refused stands neither in the message nor in the log', async () => {
    const { client } = await setUpApi()
    const failure = await failureOf(
      client.fetch(MEMBERS, { params: { projectId: '../SSN 123-45-6789' } }),
    )
    expect(`${failure.message}${JSON.stringify(failure.details)}`).not.toContain('SSN')
  })

  test.each([
    ['42', '42'],
    [42, '42'],
    [-1.5, '-1.5'],
    ['a b', 'a%20b'],
    ['.hidden', '.hidden'],
    ['v1.2..3', 'v1.2..3'],
    ['50% off', '50%25%20off'],
    ['a%20b', 'a%2520b'],
    ['%u0041', '%25u0041'],
    ['100%u', '100%25u'],
    [nested(6), encodeURIComponent(nested(6))],
    ['auth0|5f7c8ec7c33c6c004bbafe82', 'auth0%7C5f7c8ec7c33c6c004bbafe82'],
    ['alice@example.com', 'alice%40example.com'],
    ['urn:isbn:0451450523', 'urn%3Aisbn%3A0451450523'],
    [
      'J\u00fcrgen \u5c71\u7530 \u{1f600}',
      encodeURIComponent('J\u00fcrgen \u5c71\u7530 \u{1f600}'),
    ],
    ["it's (1) & 2=3, +4*5!", "it's%20(1)%20%26%202%3D3%2C%20%2B4*5!"],
  ])('%j that is one plain text is encoded', async (projectId, encoded) => {
    const { client, seen } = await setUpApi(undefined, { basePath: '/v1' })
    await client.fetch(MEMBERS, { params: { projectId } })
    expect(seen.map(({ url }) => url)).toEqual([`/v1/projects/${encoded}/members`])
  })

  test('[S0] a value in a path that is percent-encoded seven times or more is refused', () => {
    for (const times of [7, 8, 9, 20]) {
      const fill = () => parsePathTemplate('/x/{v}').fill({ v: nested(times) })
      expect([times, failureThrownBy(fill).code]).toEqual([times, 'invalid_argument'])
    }
  })

  test('[S0] a value in a path is one plain text together with what stands beside it in its segment', () => {
    const fill = (text: string, values: PathValues) => () => parsePathTemplate(text).fill(values)
    expect(fill('/files/{name}.{kind}', { name: 'a', kind: 'json' })()).toBe('files/a.json')
    for (const [text, values] of [
      ['/x/.{v}', { v: '.' }],
      ['/x/{a}{b}', { a: '.', b: '.' }],
      ['/x/%2{v}', { v: 'e' }],
      ['/x/{a}{b}', { a: '%2', b: 'fadmin' }],
      ['/x/%2f{v}', { v: 'admin' }],
    ] as const) {
      expect(['invalid_argument', 'misconfigured']).toContain(
        failureThrownBy(fill(text, values)).code,
      )
    }
  })

  test.each<[what: string, params: Record<string, unknown>, reason: string]>([
    ['missing', {}, 'path_params'],
    ['inherited', Object.create({ projectId: '1' }) as Record<string, unknown>, 'path_params'],
    ['surplus', { projectId: '1', admin: 'true' }, 'path_params'],
    ['undefined', { projectId: undefined }, 'path_param_type'],
    ['null', { projectId: null }, 'path_param_type'],
    ['a list', { projectId: ['..'] }, 'path_param_type'],
    ['an object that writes itself', { projectId: { toString: () => '..' } }, 'path_param_type'],
    ['true', { projectId: true }, 'path_param_type'],
    ['no number', { projectId: Number.NaN }, 'path_param_type'],
    ['without end', { projectId: Number.POSITIVE_INFINITY }, 'path_param_type'],
  ])(
    '[S0] a value in a path that is %s is a fault of the program, and no call',
    async (_what, params, reason) => {
      const { loose, seen, asked } = await setUpApi()
      const failure = await failureOf(loose.fetch(MEMBERS, { params }))
      expect([failure.code, failure.details.reason]).toEqual(['misconfigured', reason])
      expect([seen, asked]).toEqual([[], []])
    },
  )
})

describe('a path that a program has put together', () => {
  test.each([
    ...['..', '.', '', '%2e%2e', '..;', '..%3b', '42?admin=true', '42/../43', '42;x=1', '\uff0e.'],
    ...['..', '.', '', '..;', '%2e%2e', '42/..', '\uff0e\uff0e'].map(encodeURIComponent),
  ])(
    '[S0] a path that a program has put together with the value %j in it is refused before a token is asked for',
    async (value) => {
      const { loose, seen, asked } = await setUpApi(undefined, { basePath: '/v1' })
      const failure = await failureOf(
        loose.fetch(`/projects/${value}/members`, { method: 'DELETE' }),
      )
      expect(failure.code).toBe('misconfigured')
      expect([seen, asked]).toEqual([[], []])
    },
  )

  test('[S0] a path that a program has put together is refused where the value at its end is empty', async () => {
    const { loose, seen } = await setUpApi()
    const failure = await failureOf(loose.fetch(`/projects/${encodeURIComponent('')}`))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'path_empty_segment'])
    expect(seen).toEqual([])
  })

  test('[S13] a path that a program has put together does not climb by a segment that servers read as two dots without its path parameters', async () => {
    const { loose, seen } = await setUpApi(undefined, { basePath: '/v1/tenant' })
    for (const path of [
      '/..;/..;/admin',
      '/..;a=b/admin',
      '/..%3B/admin',
      '/%2e%2e;/admin',
      '/.;/x',
    ]) {
      const { code } = await failureOf(loose.fetch(path))
      expect([path, code]).toEqual([path, 'misconfigured'])
    }
    expect(seen).toEqual([])
  })

  test('[S0] a path that a program has put together does not compile', async () => {
    const { client } = await setUpApi()
    const id = String(42)
    const wrong = [
      // @ts-expect-error -- a text that is put together
      () => client.fetch('/projects/' + encodeURIComponent(id)),
      // @ts-expect-error -- the same as a template literal
      () => client.fetch(`/projects/${id}`),
      // @ts-expect-error -- a text from elsewhere
      () => client.fetch(id),
      // @ts-expect-error -- no value for a name
      () => client.fetch('/projects/{id}'),
      // @ts-expect-error -- a value for another name
      () => client.fetch('/projects/{id}', { params: { projectId: id } }),
      // @ts-expect-error -- a value without a name
      () => client.fetch('/projects', { params: { id } }),
      // @ts-expect-error -- a value that is no text
      () => client.fetch('/projects/{id}', { params: { id: [id] } }),
    ]
    const right = [
      () => client.fetch('/projects'),
      () => client.fetch('/projects/', { params: {} }),
      () => client.fetch('/projects/{id}/{other}', { params: { id, other: 7 }, method: 'DELETE' }),
      () => client.fetch(parsePathTemplate(['/projects', '{id}'].join('/')), { params: { id } }),
    ]
    expect([wrong.length, right.length]).toEqual([7, 4])
  })
})
