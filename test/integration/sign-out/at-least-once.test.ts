import express from 'express'
import { expect, test } from 'vitest'
import { backchannelLogoutRoute } from '../../../routes/backchannel-logout.js'
import { sharedSignalsRoute } from '../../../routes/shared-signals.js'
import { createIssuer } from '../../../src/identity/issuer-keys.js'
import { createRevocation } from '../../../src/revocation/revocation.js'
import { Secret } from '../../../src/secret.js'
import { serve } from '../../../src/server/serve.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import { StoreUnavailableError, type Store } from '../../../src/store/store.js'
import { closeWithTest } from '../../helpers/close-with-test.js'
import { APP, mintLogout, postLogout } from '../../helpers/logout-token.js'
import { TestIssuer } from '../../helpers/test-issuer.js'

const ALICE = 'auth0|alice'
const KEYS = [new Secret('a-key-of-all-instances-0123456789abcdef')]
const AUDIENCE = 'https://mcp.example/stream'

/** A store that gives no answer in time to some commands, each of which it carries out all the same. */
function slowStore(kept: Store) {
  const slow = new Set<keyof Store>()
  const late = async <T>(name: keyof Store, done: Promise<T>): Promise<T> => {
    const answer = await done
    if (slow.has(name)) throw new StoreUnavailableError('no answer in time')
    return answer
  }
  const store: Store = {
    get: (key) => late('get', kept.get(key)),
    set: (key, value, options) => late('set', kept.set(key, value, options)),
    delete: (...keys) => late('delete', kept.delete(...keys)),
    run: (script, call) => late('run', kept.run(script, call)),
    publish: (channel, message) => late('publish', kept.publish(channel, message)),
    subscribe: (channel, listener) => kept.subscribe(channel, listener),
    close: () => kept.close(),
  }
  return { store, slow }
}

/** An instance with both endpoints. */
async function startInstance(kept: Store, issuer: TestIssuer) {
  const { store, slow } = slowStore(kept)
  const revocation = createRevocation({ shared: { store, keys: KEYS } })
  const server = await serve({ host: '127.0.0.1', port: 0, drainMs: 50 })
  const origin = `http://localhost:${server.port}`
  const endpoint = new URL('/mcp', origin)
  const known = createIssuer({ issuer: issuer.issuer })
  const stream = { transmitter: known, audience: AUDIENCE, userIssuers: [issuer.issuer] }
  server.attach(
    express().use(
      backchannelLogoutRoute({ revocation, endpoint, issuers: [known], clients: [APP], store }),
      sharedSignalsRoute({ revocation, endpoint, ...stream, store }),
    ),
  )
  closeWithTest(async () => {
    revocation.close()
    await server.close()
  })
  const ways = {
    'a logout token': async (token: string) => (await postLogout({ origin }, token)).status,
    'a security event': async (body: string) => {
      const headers = { 'Content-Type': 'application/secevent+jwt' }
      const url = new URL('/shared-signals', origin)
      const { status } = await fetch(url, { method: 'POST', headers, body })
      return status
    },
  }
  return { slow, revocation, ways }
}

const TOKENS = {
  'a logout token': (issuer: TestIssuer) => mintLogout(issuer, { claims: { sub: ALICE } }),
  'a security event': (issuer: TestIssuer) =>
    issuer.mint(AUDIENCE, {
      header: { typ: 'secevent+jwt' },
      claims: {
        ...{ sub: undefined, exp: undefined, client_id: undefined, scope: undefined, jti: 'e-1' },
        events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} },
        sub_id: { format: 'iss_sub', iss: issuer.issuer, sub: ALICE },
      },
    }),
}

const DONE = { 'a logout token': 200, 'a security event': 202 }
const AGAIN = { 'a logout token': 400, 'a security event': 202 }

for (const kind of ['a logout token', 'a security event'] as const) {
  test.each([
    ['reads', ['get']],
    ['writes', ['run']],
    ['tells the others', ['publish']],
    ['keeps what was used', ['set']],
    ['answers nothing', ['get', 'set', 'delete', 'run', 'publish']],
  ] as const)(
    `${kind} that comes while the store is slow when it %s comes again, and is done then, at whichever instance`,
    async (_what, commands) => {
      const issuer = await TestIssuer.start()
      closeWithTest(() => issuer.close())
      const kept = createMemoryStore()
      const first = await startInstance(kept, issuer)
      const second = await startInstance(kept, issuer)
      const token = await TOKENS[kind](issuer)
      for (const command of commands) first.slow.add(command)
      const early = await first.ways[kind](token)
      // What was used is kept last: then all is done, and nothing has to come again.
      const isDone = commands.length === 1 && commands[0] === 'set'
      expect(early).toBe(isDone ? DONE[kind] : 503)
      first.slow.clear()
      const whom = { issuer: issuer.issuer, subject: ALICE, issuedAtSeconds: 5 }
      if (!isDone) expect(await first.ways[kind](token)).toBe(DONE[kind])
      expect(first.revocation.cutoffOf(whom)).toBeGreaterThan(5)
      await second.revocation.assertInForce({ ...whom, subject: 'auth0|bob' })
      expect(second.revocation.cutoffOf(whom)).toBeGreaterThan(5)
      // Now it is used up.
      expect([await first.ways[kind](token), await second.ways[kind](token)]).toEqual([
        AGAIN[kind],
        AGAIN[kind],
      ])
    },
  )
}
