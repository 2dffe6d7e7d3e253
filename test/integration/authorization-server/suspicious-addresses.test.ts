import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  type Answer,
  type RunningServer,
  changedDirectory,
  customForm,
  exchangeForm,
  obtainAccessToken,
  postToken,
  startAuthorizationServer,
} from './support.js'

const RATE_MS = 600_000

let server: RunningServer
let subjectToken: string
let nowMs = 1_800_000_000_000

async function start(change: (directory: Directory) => void = () => undefined): Promise<void> {
  server = await startAuthorizationServer({ directory: changedDirectory(change), now: () => nowMs })
  subjectToken = await obtainAccessToken(server, 'alice')
}

beforeEach(() => start())

afterEach(async () => {
  await server.close()
})

const from = (address?: string): Record<string, string> =>
  address === undefined ? {} : { 'auth0-forwarded-for': address }

const good = (address?: string): Promise<Answer> =>
  postToken(server, customForm(subjectToken), from(address))

const bad = (address?: string): Promise<Answer> =>
  postToken(server, customForm('nonsense'), from(address))

async function sendBad(count: number, address?: string): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) expect((await bad(address)).status).toBe(400)
}

describe('an address that sends bad subject tokens', () => {
  it('an address that sends bad subject tokens is shut out after ten of them, good tokens included, and regains one attempt in ten minutes', async () => {
    await sendBad(10)
    const blocked = await good()
    expect(blocked).toMatchObject({
      status: 429,
      body: {
        error: 'too_many_attempts',
        error_description:
          'We have detected suspicious login behavior and further attempts will be blocked. Please contact the administrator.',
      },
    })
    nowMs += RATE_MS - 1
    expect((await good()).status).toBe(429)
    nowMs += 1
    expect((await good()).status).toBe(200)
    await sendBad(1)
    expect((await good()).status).toBe(429)
    nowMs += 10 * RATE_MS
    await sendBad(9)
    expect((await good()).status).toBe(200)
  })

  it('an address that sends bad subject tokens is told apart by auth0-forwarded-for of a trusted client', async () => {
    await sendBad(10, '203.0.113.7')
    expect((await good('203.0.113.7')).status).toBe(429)
    expect((await good('203.0.113.8')).status).toBe(200)
    expect((await good('2001:db8::1')).status).toBe(200)
    expect((await good()).status).toBe(200)
  })

  it('an address that sends bad subject tokens cannot hide behind a header that is no address', async () => {
    await sendBad(10, 'somewhere')
    expect((await good()).status).toBe(429)
  })

  it('an address that sends bad subject tokens cannot hide behind the header of a client that is not trusted with it', async () => {
    await server.close()
    await start(({ clients }) => {
      for (const client of clients) delete client.is_token_endpoint_ip_header_trusted
    })
    await sendBad(10, '203.0.113.7')
    expect((await good('203.0.113.8')).status).toBe(429)
  })

  it('an address that sends bad subject tokens is shut out earlier when the directory says so', async () => {
    await server.close()
    await start(
      ({
        attack_protection: {
          suspicious_ip_throttling: { stage },
        },
      }) => {
        stage['pre-custom-token-exchange'] = { max_attempts: 2, rate: 1000 }
      },
    )
    await sendBad(2)
    expect((await good()).status).toBe(429)
    nowMs += 1000
    expect((await good()).status).toBe(200)
  })

  it('an address that sends bad subject tokens regains attempts by the clock, however late the last failure was', async () => {
    await server.close()
    await start(
      ({
        attack_protection: {
          suspicious_ip_throttling: { stage },
        },
      }) => {
        stage['pre-custom-token-exchange'] = { max_attempts: 2, rate: 1000 }
      },
    )
    await sendBad(2)
    nowMs += 1500
    await sendBad(1)
    expect((await good()).status).toBe(429)
    nowMs += 500
    expect((await good()).status).toBe(200)
  })

  it('an address that sends bad subject tokens can still use On-Behalf-Of, whose bad tokens do not count', async () => {
    for (let sent = 0; sent < 11; sent += 1) {
      expect((await postToken(server, exchangeForm('nonsense'))).status).toBe(401)
    }
    expect((await good()).status).toBe(200)
    await sendBad(10)
    expect((await postToken(server, exchangeForm(subjectToken))).status).toBe(200)
  })

  it('an address that sends bad subject tokens is not counted for what the Action denies for other reasons', async () => {
    for (let sent = 0; sent < 11; sent += 1) {
      const answer = await postToken(server, customForm(subjectToken, { scope: 'read:tasks' }))
      expect(answer.body['error']).toBe('invalid_scope')
    }
    expect((await good()).status).toBe(200)
  })
})
