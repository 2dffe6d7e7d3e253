import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { answerForms, assertAnswerable } from '../../../middleware/answer-forms.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { sendLines } from '../../helpers/wire.js'
import { appOf } from './protected-app.js'

interface Seen {
  readonly status: number
  readonly forms?: object
  readonly headers?: IncomingHttpHeaders
  /** The values of all Accept headers, and how many headers there are beside those. */
  readonly accepts?: readonly string[]
  readonly others?: readonly string[]
}

/** What a handler behind the middleware sees of a request with these Accept headers. */
async function seenWith(accept: readonly string[], method = 'POST'): Promise<Seen> {
  const { app } = appOf(answerForms(), (req, res) => {
    const names = req.rawHeaders.filter((_, index) => index % 2 === 0)
    res.json({
      forms: assertAnswerable(req),
      headers: req.headers,
      accepts: req.rawHeaders.filter(
        (_, index) => index % 2 === 1 && /^accept$/i.test(req.rawHeaders[index - 1] ?? ''),
      ),
      others: names.filter((name) => !/^accept$/i.test(name)),
    })
  })
  const { origin } = await startHttpServer(app)
  const lines = accept.map((value) => ['aCCept', value] as const)
  const answer = await sendLines(`${origin}/mcp`, {
    method,
    headers: [...lines, ['X-Other', 'stays']],
  })
  return { status: answer.status, ...(JSON.parse(answer.text) as object) }
}

describe('the Accept header', () => {
  test.each([{ accept: ['*/*'] }, { accept: ['application/json', 'text/event-stream'] }])(
    'a handler sees one Accept header, with the two names that SDKs look for, instead of $accept',
    async ({ accept }) => {
      const seen = await seenWith(accept)
      const both = 'application/json, text/event-stream'
      expect(seen.headers?.accept).toBe(both)
      expect(seen.accepts).toEqual([both])
      expect(seen.others).toContain('X-Other')
      expect(seen.headers?.['x-other']).toBe('stays')
    },
  )

  test('a handler sees the Accept header of a client that takes JSON alone as the name of JSON', async () => {
    const seen = await seenWith(['application/*;q=0.5'])
    expect([seen.headers?.accept, seen.accepts]).toEqual(['application/json', ['application/json']])
    expect(seen.forms).toEqual({ json: true, eventStream: false })
  })

  test.each([{ accept: [] }, { accept: [''] }, { accept: [','] }, { accept: [' , ,'] }])(
    'an Accept header that names nothing allows JSON and event streams: $accept',
    async ({ accept }) => {
      const seen = await seenWith(accept)
      expect(seen).toMatchObject({ status: 200, forms: { json: true, eventStream: true } })
    },
  )

  test('a POST that allows neither form is refused; any other request goes on with its header as it is', async () => {
    expect((await seenWith(['text/html'])).status).toBe(406)
    const seen = await seenWith(['text/html'], 'GET')
    expect([seen.status, seen.accepts]).toEqual([200, ['text/html']])
    expect(seen.forms).toEqual({ json: false, eventStream: false })
  })

  test('the Accept header is replaced wherever it stands among the headers', async () => {
    const { app } = appOf(answerForms(), (req, res) => {
      res.json(req.rawHeaders)
    })
    const first = ['Accept', '*/*', 'X-Other', 'stays']
    const rewritten = appOf((req, _res, next) => {
      req.rawHeaders.splice(0, req.rawHeaders.length, ...first)
      next()
    }, app)
    const { origin } = await startHttpServer(rewritten.app)
    const answer = await sendLines(`${origin}/mcp`, { headers: [['Accept', '*/*']] })
    expect(JSON.parse(answer.text)).toEqual([
      ...['X-Other', 'stays'],
      ...['Accept', 'application/json, text/event-stream'],
    ])
  })
})
