import { describe, expect, test } from 'vitest'
import { askingClient } from '../../helpers/asking-client.js'
import { BOOKS } from '../../helpers/books-document.js'
import {
  asked,
  bookingToken,
  CANCEL_QUESTION,
  KEYS,
  reached,
  sendRound,
  startConfirmingServer,
} from '../../helpers/confirming-server.js'
import { startSearchServer, through } from '../../helpers/search-server.js'

const changed = (document: typeof BOOKS) => ({
  ...document,
  info: { ...document.info, version: '2' },
})

describe('an operation that asks its user, called through call_operation', () => {
  const environment = { OPENAPI_EXPOSE: 'search' }
  const cancel = () => ({
    tool: 'call_operation',
    args: through('cancelBooking', { bookingId: 'b1' }),
  })

  test('asks by the operation and its arguments, and nothing is exchanged until the user has agreed', async () => {
    const { server, token, first, requestState } = await asked({ environment }, cancel())
    expect(first.question).toBe(CANCEL_QUESTION)
    const second = await sendRound(server, { token, ...cancel(), requestState, action: 'accept' })
    expect(second).toMatchObject({ status: 200, isError: false, state: undefined })
    expect(reached(server)).toEqual([1, 1])
    expect(server.api.requests[0]).toMatchObject({ method: 'DELETE', url: '/bookings/b1' })
    expect(server.audit.records).toMatchObject([
      { tool: 'cancelBooking', decision: 'allowed', outcome: 'asked', exchangeCount: 0 },
      { tool: 'cancelBooking', decision: 'confirmed', outcome: 'ok', exchangeCount: 1 },
    ])
  })

  test('is not made when the user declines', async () => {
    const { server, token, requestState } = await asked({ environment }, cancel())
    const second = await sendRound(server, { token, ...cancel(), requestState, action: 'decline' })
    expect(second).toMatchObject({ isError: true })
    expect(second.text).toMatch(/declined this call, and nothing was called/)
    expect(reached(server)).toEqual([0, 0])
  })

  test.each([
    ['other arguments', BOOKS, through('book', { day: 'Tuesday' })],
    ['another operation with the same arguments', BOOKS, through('draft', { day: 'Monday' })],
    ['a document that has changed', changed(BOOKS), through('book', { day: 'Monday' })],
  ])('is refused with the consent to a call with %s', async (_name, document, args) => {
    const settings = { ...environment, ...KEYS, OPENAPI_CONFIRM: 'writes' }
    const server = await startSearchServer({ environment: settings }, BOOKS)
    const token = await server.mint({ scope: 'write' })
    const round = { token, tool: 'call_operation', args: through('book', { day: 'Monday' }) }
    const { state: requestState } = await sendRound(server, round)
    expect(requestState).toBeDefined()
    const { issuer, api } = server
    const other = await startSearchServer({ issuer, api, environment: settings }, document)
    const consent = { ...round, requestState, action: 'accept' }
    const refused = await sendRound(other, {
      ...{ ...consent, args },
      token: await other.mint({ scope: 'write' }),
    })
    expect(refused).toMatchObject({ isError: true })
    expect(refused.text).toMatch(/not for this call/)
    expect(reached(server)).toEqual([0, 0])
    expect((await sendRound(server, consent)).isError).toBe(false)
    expect(reached(server)).toEqual([1, 1])
  })

  test('is the same call as a direct one: the consent counts for either, and once', async () => {
    const { server, token, requestState } = await asked({ environment }, cancel())
    const direct = { token, requestState, action: 'accept' }
    expect((await sendRound(server, direct)).isError).toBe(false)
    const again = await sendRound(server, { ...direct, ...cancel() })
    expect(again.text).toMatch(/was used before/)
    expect(reached(server)).toEqual([1, 1])
  })

  test('asks nobody about arguments that are refused, of either tool', async () => {
    const server = await startConfirmingServer({ environment })
    const token = await bookingToken(server)
    for (const args of [
      { name: 'cancelBooking', bookingId: 'b1' },
      through('cancelBooking', { bookingId: 7 }),
    ]) {
      const answer = await sendRound(server, { token, tool: 'call_operation', args })
      expect(answer).toMatchObject({ isError: true, state: undefined, question: undefined })
    }
    expect(reached(server)).toEqual([0, 0])
  })

  test.each(['legacy', 'auto'] as const)(
    'is made by a client of the SDK whose user agrees, %s',
    async (mode) => {
      const sessions = { ...environment, MCP_SESSIONS: 'on' }
      const server = await startConfirmingServer({ environment: sessions })
      const questions: string[] = []
      const client = await askingClient(server.endpoint, {
        ...{ token: await bookingToken(server), mode },
        answer: (question) => {
          questions.push(question)
          expect(reached(server)).toEqual([0, 0])
          return 'accept'
        },
      })
      const { args } = cancel()
      const params = { name: 'call_operation', arguments: args as Record<string, unknown> }
      expect((await client.callTool(params)).isError).toBeUndefined()
      expect(questions).toEqual([expect.stringContaining('- Tool: `cancelBooking`')])
      expect(reached(server)).toEqual([1, 1])
    },
  )
})
