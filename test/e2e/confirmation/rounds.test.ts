import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  asked,
  BOOKINGS,
  CANCEL_QUESTION,
  bookingToken,
  KEYS,
  reached,
  sendRound,
  startConfirmingServer,
} from '../../helpers/confirming-server.js'
import { answerWith } from '../../helpers/exchange-answers.js'

describe('[openapi 29] a call that waits for consent, of a 2026-07-28 client', () => {
  test('asks first, says what is called with what, and exchanges no token', async () => {
    const { server, first } = await asked()
    expect(first.question).toBe(CANCEL_QUESTION)
    const [record] = server.audit.records
    expect(record).toMatchObject({ decision: 'allowed', outcome: 'asked', exchangeCount: 0 })
    expect(server.log.named('tool_failed')).toEqual([])
  })

  test('is made once after the user has accepted', async () => {
    const { server, token, requestState } = await asked()
    const second = await sendRound(server, { token, requestState, action: 'accept' })
    expect(second).toMatchObject({ status: 200, isError: false, state: undefined })
    expect(reached(server)).toEqual([1, 1])
    expect(server.api.requests[0]).toMatchObject({ method: 'DELETE', url: '/bookings/b1' })
    expect(server.audit.records[1]).toMatchObject({
      ...{ decision: 'confirmed', outcome: 'ok', exchangeCount: 1, apiCallCount: 1 },
    })
  })

  test.each([
    ['decline', 'declined', /declined this call, and nothing was called/],
    ['cancel', 'dismissed', /did not answer .* nothing was called/],
  ])('is not made when the user answers with %s', async (action, outcome, text) => {
    const { server, token, requestState } = await asked()
    const second = await sendRound(server, { token, requestState, action })
    expect(second).toMatchObject({ isError: true, text: expect.stringMatching(text) as string })
    const later = await sendRound(server, { token, requestState, action: 'accept' })
    expect(later.text).toMatch(/was used before/)
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records[1]).toMatchObject({ decision: 'allowed', outcome })
  })

  test('is refused with other arguments, and the consent still counts for its own', async () => {
    const { server, token, requestState } = await asked()
    const args = { bookingId: 'b2' }
    const changed = await sendRound(server, { token, requestState, args, action: 'accept' })
    expect(changed).toMatchObject({ isError: true, state: undefined })
    expect(reached(server)).toEqual([0, 0])
    expect(server.audit.records[1]).toMatchObject({
      ...{ outcome: 'confirmation_refused', reason: 'confirmation_mismatch' },
    })
    await sendRound(server, { token, requestState, action: 'accept' })
    expect(reached(server)).toEqual([1, 1])
  })

  test.each([
    ['another user', { sub: 'auth0|mallory' }],
    ['another client', { client_id: 'another-client', azp: 'another-client' }],
    ['another organization', { org_id: 'org_other' }],
  ])('is refused with the consent of %s', async (_name, claims) => {
    const { server, requestState } = await asked()
    const token = await bookingToken(server, claims)
    const second = await sendRound(server, { token, requestState, action: 'accept' })
    expect(second).toMatchObject({ status: 200, isError: true })
    expect(second.text).toMatch(/not for this call/)
    expect(reached(server)).toEqual([0, 0])
  })

  test('is refused for the consent to another tool with the same arguments', async () => {
    const args = { body: {} }
    const { server, token, requestState } = await asked({}, { tool: 'createBooking', args })
    const other = { tool: 'createDraft', args, requestState }
    expect((await sendRound(server, { token, ...other, action: 'accept' })).isError).toBe(true)
    expect(reached(server)).toEqual([0, 0])
  })

  test('is refused when it comes a second time, also at the same time', async () => {
    const { server, token, requestState } = await asked()
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => sendRound(server, { token, requestState, action: 'accept' })),
    )
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1)
    expect(answers.find(({ isError }) => isError)?.text).toMatch(/was used before/)
    expect(reached(server)[0]).toBe(1)
  })

  test('is refused once the consent has expired', async () => {
    let nowMs = 1_000_000
    const confirmation = { clock: () => nowMs }
    const environment = { CONFIRMATION_MINUTES: '2' }
    const { server, token, requestState } = await asked({ confirmation, environment })
    nowMs += 120_000
    const late = await sendRound(server, { token, requestState, action: 'accept' })
    expect(late).toMatchObject({ isError: true, text: expect.stringMatching(/too late/) as string })
    expect(reached(server)).toEqual([0, 0])
    const again = await sendRound(server, { token })
    nowMs += 119_999
    const { state } = again
    await sendRound(server, { token, requestState: state, action: 'accept' })
    expect(reached(server)).toEqual([1, 1])
  })

  test('may be confirmed at another instance that has the key, old or new', async () => {
    const { server, requestState } = await asked()
    const { issuer, api } = server
    const keys = `${'new-key-'.repeat(4)} ${KEYS.CONFIRMATION_KEYS}`
    const environment = { CONFIRMATION_KEYS: keys }
    const other = await startConfirmingServer({ issuer, api, environment })
    const token = await bookingToken(other)
    const second = await sendRound(other, { token, requestState, action: 'accept' })
    expect(second.isError).toBe(false)
    expect(api.requests).toHaveLength(1)
  })

  test('is not confirmed at an instance with a random key of its own, and a warning says so', async () => {
    const { server, requestState } = await asked()
    const { issuer, api } = server
    const environment = { CONFIRMATION_KEYS: '' }
    const other = await startConfirmingServer({ issuer, api, environment })
    expect(other.log.named('confirmation_key_random')).toHaveLength(1)
    expect(server.log.named('confirmation_key_random')).toEqual([])
    const token = await bookingToken(other)
    const second = await sendRound(other, { token, requestState, action: 'accept' })
    expect(second.isError).toBe(true)
    expect(api.requests).toHaveLength(0)
  })

  test('is not confirmed by a consent from before the document changed', async () => {
    const { server, requestState } = await asked()
    const { issuer, api } = server
    const changed = join(await mkdtemp(join(tmpdir(), 'bookings-')), 'bookings.yaml')
    await writeFile(changed, `${await readFile(BOOKINGS, 'utf8')}# changed\n`)
    const environment = { OPENAPI_DOCUMENT: changed }
    const other = await startConfirmingServer({ issuer, api, environment })
    const token = await bookingToken(other)
    const second = await sendRound(other, { token, requestState, action: 'accept' })
    expect(second.isError).toBe(true)
    expect(api.requests).toHaveLength(0)
  })

  test('whose exchange fails is made with the same consent later', async () => {
    const { server, token, requestState } = await asked()
    const good = server.issuer.tokenResponder
    server.issuer.tokenResponder = (_request, res) => {
      answerWith(res, { error: 'invalid_grant' }, 400)
    }
    const refused = await sendRound(server, { token, requestState, action: 'accept' })
    expect([refused.status, server.api.requests.length]).toEqual([401, 0])
    expect(server.audit.records[1]).toMatchObject({ outcome: 'reauthentication_required' })
    server.issuer.tokenResponder = good
    const renewed = await bookingToken(server, { jti: 'signed-in-again' })
    const second = await sendRound(server, { token: renewed, requestState, action: 'accept' })
    expect([second.isError, server.api.requests.length]).toEqual([false, 1])
  })

  test.each([
    ['no elicitation at all', {}],
    ['elicitation by URL alone', { elicitation: { url: {} } }],
  ])(
    'is refused for a client with %s, and the answer says what to change',
    async (_name, capabilities) => {
      const server = await startConfirmingServer()
      const token = await bookingToken(server)
      const answer = await sendRound(server, { token, capabilities })
      expect(answer).toMatchObject({ status: 200, isError: true, state: undefined })
      expect(answer.text).toMatch(/OPENAPI_CONFIRM/)
      expect(reached(server)).toEqual([0, 0])
      expect(server.audit.records[0]).toMatchObject({
        ...{ outcome: 'confirmation_unavailable', reason: 'client_cannot_ask' },
      })
    },
  )

  test('asks nothing where arguments are invalid, or the tool only reads', async () => {
    const server = await startConfirmingServer()
    const token = await bookingToken(server)
    const invalid = await sendRound(server, { token, args: { bookingId: 7 } })
    expect(invalid).toMatchObject({ isError: true, state: undefined })
    expect(reached(server)).toEqual([0, 0])
    const read = await sendRound(server, { token, tool: 'listBookings', args: {} })
    expect(read).toMatchObject({ isError: false, state: undefined })
    expect(reached(server)).toEqual([1, 1])
  })
})
