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
