import { describe, expect, test } from 'vitest'
import type { Connect, ConnectedClient, ToolAnswer } from './connected-client.js'
import type { Stand } from './stand.js'
import type { Suite } from './suite.js'

/** One way to set a client up, and what is to be expected of it. */
export interface Setting {
  readonly name: string
  readonly connect: Connect
  readonly revision: '2026-07-28' | '2025-11-25'
  /** Whether it, or the application around it, acts on a challenge for more scopes. */
  readonly stepsUp: boolean
  /** Whether it holds a refresh token; else the person signs in for every new token. Default true. */
  readonly refreshes?: boolean
  /** Whether it opens a stream of its own after connecting; time passes only once that is answered. */
  readonly opensStream?: boolean
}

/** One for each operation of the development API's OpenAPI document. */
const OF_DOCUMENT = [
  ...['cancelBooking', 'createBooking', 'getBooking', 'getTrip'],
  ...['listBookings', 'listPlaces', 'listTrips'],
]
const EVERY_TOOL = [...OF_DOCUMENT, 'get_datetime', 'greet', 'whoami'].sort()

const HOUR = 3_600
const DAY = 24 * HOUR

/** Fewer scopes at first than `greet` needs, and yet it is in the list. */
const STEP_UP = { MCP_BASELINE_SCOPES: 'tool:whoami', LOCKED_TOOLS: 'show' }

/** Declares the tests that every client has to pass, for one setting of it. */
export function scenarios(suite: Suite, setting: Setting): void {
  const { name, connect, revision, refreshes = true } = setting

  const using = async (
    stand: Stand,
    use: (client: ConnectedClient) => Promise<void>,
  ): Promise<void> => {
    const { stack, person, observed } = stand
    const client = await connect({ endpoint: stack.endpoint, person })
    try {
      if (setting.opensStream === true) await observed.answered('GET')
      await use(client)
    } finally {
      await client.close()
    }
    expect(observed.revision()).toBe(revision)
  }

  describe(name, () => {
    test('from the first 401 to a greet that the API answers', async () => {
      const stand = await suite.start()
      await using(stand, async (client) => {
        expect([...(await client.listTools())].sort()).toEqual(EVERY_TOOL)
        await isGreeted(client, stand)
      })
      expect(stand.person.signIns).toHaveLength(1)
      expect(stand.observed.refusals()).toEqual(['401'])
      suite.record(name, 'sign-in', 'answered')
    })

    const stepUpTitle = setting.stepsUp
      ? 'asks for more scopes when challenged, and goes on with both tools'
      : 'does not ask for more scopes when challenged, and says so'
    test(stepUpTitle, async () => {
      const stand = await suite.start({ environment: STEP_UP })
      const { person, observed } = stand
      await using(stand, async (client) => {
        expect(await client.listTools()).toContain('greet')
        await knowsWho(client)
        expect(scopes(person.signIns[0])).not.toContain('tool:greet')
        if (!setting.stepsUp) {
          await expect(client.callTool('greet', { name: 'A' })).rejects.toThrow()
          expect(stand.apiCalls).toHaveLength(0)
          await knowsWho(client)
          return
        }
        await isGreeted(client, stand)
        await knowsWho(client)
        await isGreeted(client, stand)
      })
      expect(person.signIns).toHaveLength(setting.stepsUp ? 2 : 1)
      if (setting.stepsUp) {
        expect(scopes(person.signIns[1])).toEqual(
          expect.arrayContaining(['tool:greet', 'tool:whoami']),
        )
      }
      expect(observed.refusals()).toContain('403 insufficient_scope')
      suite.record(name, 'step-up', setting.stepsUp ? 'answered' : 'refused')
    })

    const documentTitle = setting.stepsUp
      ? 'lists and calls tools of an OpenAPI document, and asks for more scopes for one that writes'
      : 'lists and calls tools of an OpenAPI document, and does not ask for more scopes for one that writes'
    test(documentTitle, async () => {
      const stand = await suite.start()
      const { person, observed, apiCalls } = stand
      await using(stand, async (client) => {
        expect(await client.listTools()).toEqual(expect.arrayContaining(OF_DOCUMENT))
        await seesTrips(client, stand)
        expect(scopes(person.signIns[0])).not.toContain('write:bookings')
        const book = (): Promise<ToolAnswer> =>
          client.callTool('createBooking', { body: { tripId: 'trip-7', passengers: 2 } })
        if (!setting.stepsUp) {
          await expect(book()).rejects.toThrow()
          expect(apiCalls).toHaveLength(1)
          await seesTrips(client, stand)
          return
        }
        const answer = await book()
        expect(answer.isError).toBe(false)
        expect(JSON.parse(answer.text)).toMatchObject({ tripId: 'trip-7', passengers: 2 })
        expect(apiCalls.at(-1)).toMatchObject({ sub: 'auth0|alice', scope: 'write:bookings' })
        await seesTrips(client, stand)
      })
      expect(person.signIns).toHaveLength(setting.stepsUp ? 2 : 1)
      if (setting.stepsUp) expect(scopes(person.signIns[1])).toContain('write:bookings')
      expect(observed.refusals()).toContain('403 insufficient_scope')
    })

    const refreshTitle = refreshes
      ? 'goes on with short-lived tokens, and the person signs in once'
      : 'goes on with short-lived tokens, and the person signs in for each'
    test(refreshTitle, async () => {
      const stand = await suite.start({ accessTokenSeconds: 60 })
      await using(stand, async (client) => {
        await isGreeted(client, stand)
        stand.pass(HOUR)
        await isGreeted(client, stand)
        stand.pass(HOUR)
        await isGreeted(client, stand)
      })
      expect(stand.person.signIns).toHaveLength(refreshes ? 1 : 3)
      suite.record(name, 'refresh', 'answered')
    })

    test('goes on when its token expires between two calls', async () => {
      const stand = await suite.start()
      await using(stand, async (client) => {
        await isGreeted(client, stand)
        stand.pass(DAY + HOUR)
        await isGreeted(client, stand)
      })
      expect(stand.person.signIns).toHaveLength(refreshes ? 1 : 2)
      expect(stand.observed.refusals()).toContain('401 invalid_token')
      suite.record(name, 'expiry', 'answered')
    })

    test('asks the person to sign in again when nothing it holds is valid any more', async () => {
      const stand = await suite.start()
      await using(stand, async (client) => {
        await isGreeted(client, stand)
        stand.pass(15 * DAY)
        await isGreeted(client, stand)
      })
      expect(stand.person.signIns).toHaveLength(2)
      suite.record(name, 'absence', 'answered')
    })
  })
}

/** Calls `greet`, and looks at what the API saw: alice, through our client, through the MCP client. */
async function isGreeted(client: ConnectedClient, { apiCalls, stack }: Stand): Promise<void> {
  apiCalls.length = 0
  const answer = await client.callTool('greet', { name: 'A' })
  expect(answer).toMatchObject({
    isError: false,
    structured: { greeting: 'Hello, A (auth0|alice)!', api: { sub: 'auth0|alice' } },
  })
  expect(apiCalls).toEqual([
    expect.objectContaining({
      aud: stack.apiAudience,
      sub: 'auth0|alice',
      scope: 'read:private',
      act: { sub: 'mcp-server', act: { sub: expect.stringMatching(/^tpc_/) as string } },
    }),
  ])
}

/** Calls `listTrips`, and looks at what the API saw: alice, with the scope of that operation alone. */
async function seesTrips(client: ConnectedClient, { apiCalls }: Stand): Promise<void> {
  const { isError, text } = await client.callTool('listTrips', { limit: 1 })
  expect(isError).toBe(false)
  expect(JSON.parse(text)).toMatchObject({ trips: [{ id: 'trip-1' }] })
  expect(apiCalls.at(-1)).toMatchObject({ sub: 'auth0|alice', scope: 'read:trips' })
}

async function knowsWho(client: ConnectedClient): Promise<void> {
  const { structured } = await client.callTool('whoami')
  expect(structured).toMatchObject({ user: { sub: 'auth0|alice' } })
}

function scopes(text: string | undefined): readonly string[] {
  return (text ?? '').split(' ')
}
