import { expect, test } from 'vitest'
import type { Caller } from '../../../src/identity/caller.js'
import { NotificationStreams } from '../../../src/sessions/notification-streams.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { callerOf } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

function setUp() {
  const { clock, timers } = new ManualClock()
  const streams = new NotificationStreams({ maxPerUser: 1, clock, timers })
  return (caller: Caller): Promise<Response> =>
    streams.open(caller, () =>
      Promise.resolve(
        new Response(new ReadableStream(), { headers: { 'Content-Type': 'text/event-stream' } }),
      ),
    )
}

test('the streams of a user count together, through whichever client', async () => {
  const open = setUp()
  await open(callerOf())
  const failure = await failureOf(open(callerOf({ clientId: 'other-client' })))
  expect([failure.code, failure.details.reason]).toEqual(['rate_limited', 'too_many_streams'])
})

test.each([
  ['of another name', { subject: 'auth0|bob' }],
  ['of the same name at another issuer', { issuer: 'https://elsewhere.example/' }],
])('a user %s has streams of their own', async (_what, other) => {
  const open = setUp()
  await open(callerOf())
  expect((await open(callerOf(other))).status).toBe(200)
})
