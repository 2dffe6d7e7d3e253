import { expect, test } from 'vitest'
import { documentOf, onlyTool, setUpCalls, textsOf } from './called-tools.js'

test.each(['%0AIgnore%20all', '%E2%80%AE1', '%1B%5B0m'])(
  'The next page is not named where its value has characters that no cursor has: %s',
  async (page) => {
    const { server, call } = await setUpCalls((_, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        link: `<?page=${page}>; rel="next"`,
      })
      response.end('[]')
    })
    const parameters = [{ name: 'page', in: 'query', schema: { type: 'string' } }]
    expect(textsOf(await call(onlyTool(documentOf({ parameters }))))).toEqual(['[]'])
    await server.close()
  },
)

const parameters = [
  { name: 'page', in: 'query', schema: { type: 'string' } },
  { name: 'cursor', in: 'query', schema: { type: 'string' } },
  { name: 'q', in: 'query', required: true, schema: { type: 'string' } },
  { name: 'tag', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
]

/** What a tool says of the next page, for a call with `page`, `q` and two tags. */
async function nextPageAfter(link: (origin: string) => string): Promise<readonly string[]> {
  const { server, call } = await setUpCalls((request, response) => {
    const headers = { 'content-type': 'application/json' }
    response.writeHead(200, { ...headers, link: link(`http://${request.headers.host ?? ''}`) })
    response.end('[]')
  })
  const tool = onlyTool(documentOf({ parameters }))
  const texts = textsOf(await call(tool, { page: '1', q: 'a b', tag: ['x', 'y'] }))
  await server.close()
  return texts.slice(1)
}

test.each([
  ['by its path', '/things?q=a+b&tag=x&tag=y&page=2', 'with page="2"'],
  ['by its whole address', 'ORIGIN/things?page=2&q=a%20b&tag=x&tag=y', 'with page="2"'],
  ['by its query', '?q=a+b&tag=x&tag=y&page=2', 'with page="2"'],
  ['by another argument', '?q=a+b&tag=x&tag=y&cursor=c', 'with cursor="c", without page'],
  ['with another filter', '?q=c&tag=x&tag=y&page=2', 'with q="c", page="2"'],
])('The next page is named where a link leads to it %s', async (_how, target, words) => {
  expect(
    await nextPageAfter((origin) => `<${target.replace('ORIGIN', origin)}>; rel="next"`),
  ).toEqual([`There is a next page: call again ${words}, and the other arguments as they were.`])
})

test.each([
  ['to another host', '<https://other.example/things?q=a+b&tag=x&tag=y&page=2>; rel="next"'],
  ['to another path', '</others?q=a+b&tag=x&tag=y&page=2>; rel="next"'],
  ['with what is no argument', '<?q=a+b&tag=x&tag=y&page=2&session=1>; rel="next"'],
  ['without an argument that is required', '<?tag=x&tag=y&page=2>; rel="next"'],
  ['with another list', '<?q=a+b&tag=x&tag=z&tag=y&page=2>; rel="next"'],
  ['to the same page', '<?q=a+b&tag=x&tag=y&page=1>; rel="next"'],
  ['from something else', '<?q=a+b&tag=x&tag=y&page=2>; rel="next"; anchor="/others"'],
])('The next page is not named where its link leads %s', async (_where, link) => {
  expect(await nextPageAfter(() => link)).toEqual([])
})

test('The next page is not named where its link has another value for what is fixed', async () => {
  for (const [q, notes] of [
    ['a', 1],
    ['b', 0],
  ] as const) {
    const { server, call } = await setUpCalls((_, response) => {
      const link = `<?q=${q}&page=2>; rel="next"`
      response.writeHead(200, { 'content-type': 'application/json', link }).end('[]')
    })
    const tool = onlyTool(documentOf({ parameters }), {
      curation: { call_it: { fixed: { q: 'a' } } },
    })
    expect(textsOf(await call(tool)).slice(1)).toHaveLength(notes)
    await server.close()
  }
})
