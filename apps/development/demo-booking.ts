import { decodeJwt } from 'jose'
import type { Claims } from '../../src/identity/caller.js'
import { parseScope } from '../../src/scopes.js'
import { bearerChallenge } from './demo-challenge.js'
import { check, heading, hop, line } from './demo-text.js'
import { connectAs, type HeadlessMcpClient } from './headless-mcp-client.js'
import type { DevelopmentStack } from './start-stack.js'

const WRITE = 'write:bookings'

/**
 * Shows tools of the API's OpenAPI document: one that the client's token allows, and one for which the user signs in again. Each
 * asks the API for the scopes of its own operation alone.
 */
export async function showBooking(
  stack: DevelopmentStack,
  seenByApi: readonly Claims[],
): Promise<boolean[]> {
  heading('alice books a trip, with tools of the OpenAPI document')
  const refusals: string[] = []
  const session = await connectAs({
    endpoint: stack.endpoint,
    username: 'alice',
    fetch: withRefusals(refusals),
  })
  try {
    const reading = await showReading(session, seenByApi)
    return [...reading, ...(await showWriting(session, { seenByApi, refusals }))]
  } finally {
    await session.close()
  }
}

async function showReading(
  { client, provider }: HeadlessMcpClient,
  seenByApi: readonly Claims[],
): Promise<boolean[]> {
  const result = await client.callTool({
    name: 'listTrips',
    arguments: { from: 'Paris', limit: 1 },
  })
  line('scopes of the client', scopesOf(provider).join(' '))
  hop('hop 2 of listTrips', seenByApi.at(-1) ?? {})
  return [
    check('listTrips answered', result.isError !== true),
    check('the API was asked for read:trips alone', seenByApi.at(-1)?.['scope'] === 'read:trips'),
  ]
}

async function showWriting(
  session: HeadlessMcpClient,
  { seenByApi, refusals }: { readonly seenByApi: readonly Claims[]; readonly refusals: string[] },
): Promise<boolean[]> {
  const { client, provider } = session
  const callsBefore = seenByApi.length
  const scopesBefore = scopesOf(provider)
  const booking = { tripId: 'trip-7', passengers: 2 }
  const tries: number[] = []
  const result = await session.steppedUp(() => {
    tries.push(seenByApi.length)
    return client.callTool({ name: 'createBooking', arguments: { body: booking } })
  })
  const [challenge] = refusals
  line('createBooking', 'refused: 403, and the challenge')
  line('  error', bearerChallenge(challenge, 'error'))
  line('  scope', bearerChallenge(challenge, 'scope'))
  line('alice signs in for', scopesOf(provider).join(' '))
  hop('hop 2 of createBooking', seenByApi.at(-1) ?? {})
  return [
    check('the token did not have write:bookings at first', !scopesBefore.includes(WRITE)),
    check('403 asked for it', parseScope(bearerChallenge(challenge, 'scope')).includes(WRITE)),
    check('nothing had reached the API until alice agreed', tries.at(-1) === callsBefore),
    check('the call was made again, once', tries.length === 2 && refusals.length === 1),
    check('createBooking answered', result.isError !== true),
    check('the API was asked for write:bookings alone', seenByApi.at(-1)?.['scope'] === WRITE),
    check('as alice', seenByApi.at(-1)?.['sub'] === 'auth0|alice'),
  ]
}

/** Keeps the challenges of all answers with 403. */
function withRefusals(refusals: string[]): typeof fetch {
  return async (...request) => {
    const response = await fetch(...request)
    if (response.status === 403) refusals.push(response.headers.get('www-authenticate') ?? '')
    return response
  }
}

function scopesOf(provider: HeadlessMcpClient['provider']): readonly string[] {
  return parseScope(decodeJwt(provider.tokens()?.access_token ?? '')['scope'])
}
