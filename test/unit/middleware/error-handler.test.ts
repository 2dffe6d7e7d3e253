import express, { type ErrorRequestHandler } from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { errorHandler } from '../../../middleware/error-handler.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { sendLines } from '../../helpers/wire.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { appOf, ENDPOINT } from './protected-app.js'

/** What Express's own middleware throws: an error with a status and, from the body parser, a type. */
const foreign = (members: object): Error => Object.assign(new Error('foreign'), members)

const throwing = (thrown: unknown) =>
  appOf(() => {
    throw thrown
  })

describe('the error handler', () => {
  test.each([400, 404, 499])(
    'a foreign error with the status %i is a bad request, and not one of this server',
    async (status) => {
      const { app, refusal } = throwing(foreign({ status }))
      const answer = await request(app).get('/mcp')
      expect([answer.status, answer.body]).toMatchObject([400, { error: { code: -32000 } }])
      expect(refusal()).toMatchObject({ code: 'invalid_request', reason: 'body_unreadable' })
      expect(refusal()).not.toHaveProperty('bodyError')
    },
  )

  test.each([302, 399, 500, 503, '404', undefined])(
    'a foreign error with the status %s is an internal error, in JSON and without its text',
    async (status) => {
      const { app, refusal } = throwing(foreign({ status }))
      const answer = await request(app).get('/mcp')
      expect([answer.status, answer.body]).toMatchObject([500, { error: { code: -32603 } }])
      expect(answer.text).not.toContain('foreign')
      expect(refusal()).toMatchObject({ code: 'internal_error' })
    },
  )

  test('the log names what was wrong with a body that could not be read, in the word of its parser', async () => {
    const { app, refusal } = throwing(foreign({ status: 400, type: 'request.aborted' }))
    expect((await request(app).get('/mcp')).status).toBe(400)
    expect(refusal()).toMatchObject({ reason: 'body_unreadable', bodyError: 'request.aborted' })
  })

  test.each([
    ['charset.unsupported', 415, 'charset_unsupported', 'in UTF-8'],
    ['encoding.unsupported', 415, 'encoding_unsupported', 'gzip, deflate or br'],
    ['request.size.invalid', 400, 'size_mismatch', 'Content-Length'],
  ])(
    'the answer says what to change about a body that is refused with %s',
    async (type, status, reason, told) => {
      const { app, refusal } = throwing(foreign({ status, type }))
      const answer = await request(app).get('/mcp')
      expect(answer.status).toBe(400)
      expect(answer.text).toContain(told)
      expect(refusal()).toMatchObject({ reason })
    },
  )

  test('the log describes the error behind a failure, and nothing where there is none', async () => {
    const broken = throwing(new TypeError('the handler is wrong'))
    await request(broken.app).get('/mcp')
    expect(JSON.stringify(broken.refusal()?.['err'])).toContain('the handler is wrong')
    const refused = throwing(new OnBehalfOfError('not_acceptable'))
    await request(refused.app).get('/mcp')
    expect(refused.refusal()).toMatchObject({ code: 'not_acceptable' })
    expect(refused.refusal()).not.toHaveProperty('err')
  })

  test.each([
    ['/mcp/a%20b', '/mcp/a b'],
    ['/mcp/%zz', '/mcp/%zz'],
  ])('the log has the path %s of a refused request as %s', async (path, logged) => {
    const { app, refusal } = throwing(new OnBehalfOfError('not_acceptable'))
    await sendLines(`${(await startHttpServer(app)).origin}${path}`, { method: 'GET', headers: [] })
    expect(refusal()).toMatchObject({ method: 'GET', path: logged })
  })

  test('all log lines of a request have one id, also where nothing has given it one', async () => {
    const log = new RecordingLog()
    const app = express()
    app.use(() => {
      throw new OnBehalfOfError('not_acceptable')
    })
    const answering = errorHandler({ resourceMetadataUrl: ENDPOINT, log })
    const looking: ErrorRequestHandler = (error: unknown, req, res, next) => {
      answering(error, req, res, () => undefined)
      next(error)
    }
    app.use(looking, answering)
    app.use(((_error, _req, _res, _next) => undefined) satisfies ErrorRequestHandler)
    const answer = await request(app).get('/mcp')
    const ids = log.named('request_refused').map(({ fields }) => fields['requestId'])
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), ids[0]])
    expect(answer.text).toContain(ids[0])
  })

  test('a failure after the answer has begun is logged, and goes on to the next error handler as it is', async () => {
    const thrown = new Error('too late')
    const passedOn: unknown[] = []
    const log = new RecordingLog()
    const app = express()
    app.use((_req, res) => {
      res.write('begun')
      throw thrown
    })
    app.use(errorHandler({ resourceMetadataUrl: ENDPOINT, log }))
    app.use(((error: unknown, _req, res, _next) => {
      passedOn.push(error)
      res.end()
    }) satisfies ErrorRequestHandler)
    expect((await request(app).get('/mcp')).text).toBe('begun')
    expect(passedOn).toEqual([thrown])
    expect(log.named('request_refused')).toHaveLength(1)
  })
})
