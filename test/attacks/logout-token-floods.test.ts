import { expect, test } from 'vitest'
import { createRevocation } from '../../src/revocation/revocation.js'
import { APP, mintLogout, postLogout } from '../helpers/logout-token.js'
import { startMcpServer } from '../helpers/start-mcp-server.js'
import { createSigningKey } from '../helpers/test-issuer.js'

const SUB = 'auth0|alice'
const now = (): number => Math.floor(Date.now() / 1_000)

test('a flood of tokens under unknown keys has the keys fetched a few times alone', async () => {
  const flooded = await startMcpServer({ environment: { BACKCHANNEL_LOGOUT_CLIENTS: APP } })
  const { issuer } = flooded
  await postLogout(flooded, await mintLogout(issuer, { claims: { sub: 'auth0|first' } }))
  const key = await createSigningKey()
  const before = issuer.requestsTo('/jwks')
  for (let sent = 0; sent < 40; sent += 1) {
    const forged = { key: { ...key, kid: `unknown-${sent}` }, claims: { sub: SUB } }
    const { status } = await postLogout(flooded, await mintLogout(issuer, forged))
    expect([400, 503]).toContain(status)
  }
  // Ten at once, and one from time to time.
  expect(issuer.requestsTo('/jwks') - before).toBeLessThanOrEqual(12)
  expect(flooded.log.named('user_signed_out')).toHaveLength(1)
})

test('a flood of good tokens is kept within bounds, and lets nobody in again', async () => {
  const revocation = createRevocation({ maxEntries: 50 })
  const victim = { issuer: 'https://issuer.example/', subject: SUB, issuedAtSeconds: now() - 60 }
  await revocation.revoke(victim)
  for (let user = 0; user < 500; user += 1) {
    await revocation.revoke({ issuer: victim.issuer, subject: `auth0|${user}` })
  }
  expect(() => revocation.assertInForce(victim)).toThrow(/signed out/)
})

test('requests beyond the limit by address are refused', async () => {
  const limited = await startMcpServer({
    environment: { BACKCHANNEL_LOGOUT_CLIENTS: APP, RATE_LIMIT_PER_ADDRESS: '5' },
  })
  const statuses: number[] = []
  for (let sent = 0; sent < 8; sent += 1) statuses.push((await postLogout(limited, 'x')).status)
  expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429, 429])
})
