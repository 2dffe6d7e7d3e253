import { hash } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { API_AUDIENCE, CLIENT_ID } from '../helpers/exchange-answers.js'
import { createDpopKey } from '../helpers/dpop-key.js'
import { callTool } from '../helpers/mcp-requests.js'
import { greetBy, postTo, PUBLIC_URL, startFleet, type Fleet } from './helpers/start-fleet.js'

function thiefOf({ redis }: Fleet): Redis {
  const thief = new Redis({ path: redis.path })
  onTestFinished(() => {
    thief.disconnect()
  })
  return thief
}

/** Everything that lies in the store: keys and values, as text. */
async function dumpOf(thief: Redis): Promise<readonly string[]> {
  const keys = await thief.keys('*')
  const values = await Promise.all(keys.map((key) => thief.getBuffer(key)))
  return [...keys, ...values.map((value) => value?.toString('latin1') ?? '')]
}

/** The sealed tokens: their keys. */
const tokensIn = (thief: Redis): Promise<string[]> => thief.keys('mcp-obo:t:*')

test('what lies in the store names no token, user, client, audience or scope', async () => {
  const fleet = await startFleet({ environment: { RATE_LIMIT_PER_CALLER: '100' } })
  const { first, issuer, mint } = fleet
  const key = await createDpopKey()
  const claims = { sub: 'auth0|victim', client_id: 'client-of-victim', cnf: undefined }
  const token = await mint(claims)
  expect((await greetBy(first, token)).isError).toBe(false)
  const bound = await mint({ ...claims, cnf: { jkt: key.thumbprint } })
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const proof = await key.prove(bound, { method: 'POST', url: PUBLIC_URL, nowSeconds })
  const headers = { Authorization: `DPoP ${bound}`, DPoP: proof }
  expect((await postTo(first, callTool('whoami'), { headers })).status).toBe(200)
  const thief = thiefOf(fleet)
  const dump = await dumpOf(thief)
  for (const kind of ['t', 'p', 'l', 'r']) {
    expect(dump.some((text) => text.startsWith(`mcp-obo:${kind}:`))).toBe(true)
  }
  const all = dump.join('\n')
  const secrets = [
    ...[
      token,
      bound,
      'victim',
      CLIENT_ID,
      API_AUDIENCE,
      'read:private',
      issuer.issuer,
      'eyJhbGciOi',
    ],
    key.thumbprint,
  ]
  for (const secret of secrets) expect(all).not.toContain(secret)
})

test('whoever guesses a user or an address does not find out whether the store knows them', async () => {
  const limits = { RATE_LIMIT_PER_CALLER: '100', RATE_LIMIT_PER_ADDRESS: '100' }
  const fleet = await startFleet({ environment: limits })
  const { first, issuer, mint } = fleet
  expect((await greetBy(first, await mint({ sub: 'auth0|victim' }))).isError).toBe(false)
  const keys = await thiefOf(fleet).keys('*')
  for (const kind of ['l:address', 'l:messages']) {
    expect(keys.some((key) => key.startsWith(`mcp-obo:${kind}:`))).toBe(true)
  }
  const guesses = [JSON.stringify([issuer.issuer, 'auth0|victim']), 'auth0|victim']
  const addresses = ['127.0.0.1', '::ffff:127.0.0.1', '::1']
  for (const guess of [...guesses, ...addresses]) {
    for (const encoding of ['hex', 'base64url'] as const) {
      expect(keys.join('\n')).not.toContain(hash('sha256', guess, encoding))
    }
  }
})

test('an entry that was changed or moved opens nothing, and the exchange takes place', async () => {
  const fleet = await startFleet()
  const { first, second, issuer, mint } = fleet
  const [mine, other] = [await mint(), await mint({ sub: 'auth0|other' })]
  const thief = thiefOf(fleet)
  await greetBy(first, mine)
  const [ofMine = ''] = await tokensIn(thief)
  await greetBy(first, other)
  const ofOther = (await tokensIn(thief)).find((key) => key !== ofMine) ?? ''
  const [mineSealed, otherSealed] = [await thief.getBuffer(ofMine), await thief.getBuffer(ofOther)]
  if (mineSealed === null || otherSealed === null) throw new Error('nothing was kept')
  await thief.set(ofMine, otherSealed)
  const flipped = Buffer.from(otherSealed)
  const last = flipped.length - 20
  flipped.writeUInt8(flipped.readUInt8(last) ^ 1, last)
  await thief.set(ofOther, flipped)
  expect((await greetBy(second, mine)).isError).toBe(false)
  expect((await greetBy(second, other)).isError).toBe(false)
  expect(issuer.tokenRequests).toHaveLength(4)
  expect(second.log.named('shared_token_unreadable')).toHaveLength(2)
})
