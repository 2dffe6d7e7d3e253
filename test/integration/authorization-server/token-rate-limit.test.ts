import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  type RunningServer,
  postJson,
  postToken,
  startAuthorizationServer,
  get,
} from './support.js'

const START_MS = 1_800_000_000_000

let server: RunningServer
let nowMs = START_MS

beforeAll(async () => {
  server = await startAuthorizationServer({ now: () => nowMs })
})

afterAll(async () => {
  await server.close()
})

const ask = (): Promise<Answer> => postToken(server, { grant_type: 'authorization_code' })

function limits({ headers }: Answer): (string | null)[] {
  return ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`))
}

describe('the token endpoint', () => {
  it('the token endpoint announces a limit with every answer, and by default applies none', async () => {
    const reset = String((START_MS + 60_000) / 1000)
    expect(limits(await ask())).toEqual(['1000', '999', reset])
    const unreadable = await postJson(`${server.issuer}oauth/token`, [])
    expect(unreadable.status).toBe(400)
    expect(limits(unreadable)).toEqual(['1000', '998', reset])
    const metadata = await get(`${server.issuer}.well-known/openid-configuration`)
    expect(metadata.headers).not.toHaveProperty('x-ratelimit-limit')
  })

  it('the token endpoint refuses what is beyond the limit with 429, until the window ends', async () => {
    server.switches.tokenRateLimit = { requests: 2, windowMs: 30_000 }
    const reset = String((nowMs + 30_000) / 1000)
    expect(limits(await ask())).toEqual(['2', '1', reset])
    expect(limits(await ask())).toEqual(['2', '0', reset])
    nowMs += 10_000
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(refused.body['error']).toBe('too_many_requests')
    expect(limits(refused)).toEqual(['2', '0', reset])
    expect(refused.headers.get('retry-after')).toBe('20')

    server.switches.retryAfter = 'omitted'
    const silent = await ask()
    expect(silent.status).toBe(429)
    expect(silent.headers.has('retry-after')).toBe(false)

    nowMs += 20_000
    const again = await ask()
    expect(again.status).not.toBe(429)
    expect(limits(again).slice(0, 2)).toEqual(['2', '1'])
  })

  it('the token endpoint counts afresh when the limit is changed, and lets all pass when it is removed', async () => {
    server.switches.tokenRateLimit = { requests: 1, windowMs: 30_000 }
    expect((await ask()).status).not.toBe(429)
    expect((await ask()).status).toBe(429)
    server.switches.tokenRateLimit = undefined
    expect((await ask()).status).not.toBe(429)
  })
})
