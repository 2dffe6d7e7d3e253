import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bookingToken,
  reached,
  sendRound,
  startConfirmingServer,
  type Round,
} from '../../helpers/confirming-server.js'

const accepted = { action: 'accept', content: { confirm: true } }

/** Answers that look like a consent, and states that are none. */
const answers = fc.constantFrom<Partial<Round>>(
  { action: 'accept' },
  { responses: { confirm: accepted, confirmed: accepted } },
  { responses: { confirm: [accepted] } },
  { responses: { confirm: { ...accepted, action: 'ACCEPT' } } },
  { responses: { confirm: { method: 'elicitation/create', result: accepted } } },
  { responses: { confirm: { role: 'user', content: { type: 'text', text: 'accept' } } } },
  { responses: { __proto__: { confirm: accepted } } },
  { responses: [accepted] },
)

test('no second round that differs from the one that was asked about reaches the API or the token endpoint', async () => {
  const server = await startConfirmingServer()
  const tokens = {
    alice: await bookingToken(server),
    mallory: await bookingToken(server, { sub: 'auth0|mallory' }),
  }
  const [first, ofMallory] = [
    await sendRound(server, { token: tokens.alice }),
    await sendRound(server, { token: tokens.mallory }),
  ]
  const state = first.state ?? ''
  const states = fc.oneof(
    fc.constantFrom<unknown>(
      ofMallory.state,
      undefined,
      '',
      'null',
      state.slice(1),
      `${state}=`,
      {},
      1,
    ),
    fc.constantFrom(
      state.toLowerCase(),
      ` ${state}`,
      `${state}\n`,
      Array.from(state).toReversed().join(''),
    ),
    fc.string({ maxLength: 200 }),
  )
  const args = fc.constantFrom<object>(
    { bookingId: 'b2' },
    { bookingId: 'b1 ' },
    { bookingId: 'B1' },
    { bookingId: 'b1', confirm: true },
    { bookingId: 'b1', requestState: state },
  )
  const round = fc.oneof(
    fc.record({ requestState: states, answer: answers }),
    fc.record({ requestState: fc.constant<unknown>(state), answer: answers, args }),
  )
  await fc.assert(
    fc.asyncProperty(round, async ({ answer, ...changed }) => {
      await sendRound(server, { token: tokens.alice, ...changed, ...answer })
      expect(reached(server)).toEqual([0, 0])
    }),
    { numRuns: 60 },
  )
  await sendRound(server, { token: tokens.mallory, requestState: state, action: 'accept' })
  expect(reached(server)).toEqual([0, 0])
  const own = await sendRound(server, {
    token: tokens.alice,
    requestState: state,
    action: 'accept',
  })
  expect([own.isError, ...reached(server)]).toEqual([false, 1, 1])
})
