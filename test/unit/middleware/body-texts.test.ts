import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { jsonBody } from '../../../middleware/request-body.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'

/** What a body is refused with; `undefined` where it passes. */
async function refusalOf(body: string): Promise<unknown> {
  let refusal: unknown
  const app = express()
  const remember: ErrorRequestHandler = (error, _req, res, _next) => {
    refusal = error
    res.status(400).end()
  }
  const answer: RequestHandler = (_req, res) => {
    res.end()
  }
  app.post('/', jsonBody(262_144), answer)
  app.use(remember)
  await request(app).post('/').type('application/json').send(body)
  return refusal
}

describe('a body that is not parsed', () => {
  test.each([
    ['too deep', '['.repeat(200_000), 'too_deep'],
    ['of too many values', `[${'1,'.repeat(20_000)}1]`, 'too_many_values'],
  ])(
    'a body that is not parsed since it is %s is refused without a word of it',
    async (_, body, reason) => {
      const refusal = await refusalOf(body)
      expect(refusal).toBeInstanceOf(OnBehalfOfError)
      expect(refusal).toMatchObject({ code: 'invalid_request', details: { reason } })
      expect(JSON.stringify(refusal)).not.toContain('[')
      expect(refusal).not.toHaveProperty('body')
    },
  )

  test('a body that is not parsed is the exception: a large one within the bounds passes', async () => {
    expect(await refusalOf(JSON.stringify({ a: 'x'.repeat(200_000) }))).toBeUndefined()
  })
})
