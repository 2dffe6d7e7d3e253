import request from 'supertest'
import { expect, test } from 'vitest'
import { requestContext, requestIdOf } from '../../../middleware/request-context.js'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { appOf } from './protected-app.js'

test('the answer, its header and its log line have one id', async () => {
  const { app, refusal } = appOf(
    requestContext(() => 'id-of-ours'),
    () => {
      throw new OnBehalfOfError('not_acceptable')
    },
  )
  const answer = await request(app).get('/').set('X-Request-Id', 'of-the-client')
  expect(answer.get('x-request-id')).toBe('id-of-ours')
  expect(answer.body).toMatchObject({ error: { data: { requestId: 'id-of-ours' } } })
  expect(refusal()).toMatchObject({ requestId: 'id-of-ours' })
})

test('a request that nothing has given an id gets one of its own, and keeps it', async () => {
  const { app } = appOf((req, res) => {
    res.json([requestIdOf(req), requestIdOf(req)])
  })
  const ids = (await request(app).get('/')).body as string[]
  expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), ids[0]])
  expect((await request(app).get('/')).body).not.toContain(ids[0])
})
