import { expect, test } from 'vitest'
import { BOOKINGS, type Round } from '../helpers/confirming-server.js'
import { rpcAnswer } from '../helpers/mcp-requests.js'
import type { TestServer } from '../helpers/start-mcp-server.js'
import { toolAnswer } from '../helpers/tool-answer.js'
import { modern } from '../helpers/wire.js'
import { postTo, startFleet } from './helpers/start-fleet.js'

/** No CONFIRMATION_KEYS: they follow from STORE_KEY. */
const ASKING = { OPENAPI_DOCUMENT: BOOKINGS, OPENAPI_CONFIRM: 'writes' }

async function round(server: TestServer, { token, requestState, action }: Round) {
  const { message, headers } = modern('tools/call', {
    ...{ name: 'cancelBooking', arguments: { bookingId: 'b1' }, requestState },
    inputResponses: action === undefined ? undefined : { confirm: { action } },
    _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } },
  })
  const response = await postTo(server, message, { token, headers })
  const { result } = rpcAnswer(response) as { result?: { requestState?: string } }
  return { ...toolAnswer(response), state: result?.requestState }
}

test('an answer to a question of one instance counts once, in whichever instance', async () => {
  const { first, second, issuer, mint } = await startFleet({ environment: ASKING })
  const token = await mint({ scope: 'bookings' })
  const { state: requestState } = await round(first, { token })
  const accepted = { token, requestState, action: 'accept' }
  expect(await round(second, accepted)).toMatchObject({ status: 200, isError: false })
  const again = await round(first, accepted)
  expect(again).toMatchObject({
    isError: true,
    text: expect.stringMatching(/used before/) as string,
  })
  expect(issuer.tokenRequests).toHaveLength(1)
})

test('an answer is refused while it cannot be known whether it was used, and counts later', async () => {
  const { first, second, redis, mint } = await startFleet({ environment: ASKING })
  const token = await mint({ scope: 'bookings' })
  const { state: requestState } = await round(first, { token })
  const accepted = { token, requestState, action: 'accept' }
  redis.freeze()
  const refused = await round(second, accepted)
  expect(refused.isError).toBe(true)
  expect(refused.text).toMatch(/cannot be checked at present/)
  expect(second.api.requests).toEqual([])
})

test('with STORE_OUTAGE=local, an answer counts once in each instance while there is no Redis', async () => {
  const environment = { ...ASKING, STORE_OUTAGE: 'local' }
  const { first, second, redis, mint } = await startFleet({ environment })
  const token = await mint({ scope: 'bookings' })
  const { state: requestState } = await round(first, { token })
  const accepted = { token, requestState, action: 'accept' }
  await redis.kill()
  expect((await round(second, accepted)).isError).toBe(false)
  expect((await round(second, accepted)).isError).toBe(true)
})
