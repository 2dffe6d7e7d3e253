import { readFileSync } from 'node:fs'
import { type JWTPayload, decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SWITCHES } from '../../../../apps/authorization-server/testing/test-server.js'
import {
  API,
  accessTokenOf,
  customForm,
  decode,
  exchangeForm,
  obtainAccessToken,
  postToken,
  startAuthorizationServer,
} from '../support.js'
import {
  BOTH,
  exchange,
  exchangeByProfile,
  expectRefusal,
  server,
  set,
  signSubject,
  withBehaviors,
} from './behaviors-support.js'

withBehaviors()

describe('the switches', () => {
  it('the switches can be set at the start, and stand as documented otherwise', async () => {
    const other = await startAuthorizationServer({ switches: { scopeInResponse: 'always' } })
    try {
      expect(other.switches).toEqual({ ...DEFAULT_SWITCHES, scopeInResponse: 'always' })
      const subject = await obtainAccessToken(other, 'alice')
      const answer = await postToken(other, exchangeForm(subject))
      expect(answer.body['scope']).toBe('read:private')
    } finally {
      await other.close()
    }
  })

  it('the switches survive a rotation of the keys', async () => {
    set({ consent: 'required' })
    await server.rotateKeys()
    expectRefusal(await exchange(), 403, 'consent_required')
  })

  it('the switches are all in the README', () => {
    const readme = readFileSync(
      new URL('../../../../apps/authorization-server/README.md', import.meta.url),
      'utf8',
    )
    const [, section = ''] = readme.split('## Switches for tests')
    const [table = ''] = section.split('\n## ')
    const listed = [...table.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name)
    expect(listed.toSorted()).toEqual(Object.keys(DEFAULT_SWITCHES).toSorted())
  })
})

describe.each(BOTH)('the scopes of %s', (_name, send) => {
  it('the scopes of an exchanged token are none when none was asked for and scopeOmitted is none', async () => {
    set({ scopeOmitted: 'none' })
    const answer = await send({ scope: '' })
    expect(answer.status).toBe(200)
    expect(decode(accessTokenOf(answer)).claims).not.toHaveProperty('scope')
  })

  it('the scopes of an exchanged token are reported always, or never, though narrowed', async () => {
    set({ scopeInResponse: 'always' })
    expect((await send()).body['scope']).toBe('read:private')
    set({ scopeInResponse: 'never' })
    if (send === exchange) {
      const narrowed = await send({ scope: 'read:private write:private' })
      expect(narrowed.status).toBe(200)
      expect(narrowed.body).not.toHaveProperty('scope')
    }
    expect((await send({ scope: '' })).body).not.toHaveProperty('scope')
  })
})

describe('a scope that cannot be granted beside one that can', () => {
  it('a scope that cannot be granted beside one that can is refused with 403 by partialGrant, in On-Behalf-Of', async () => {
    set({ partialGrant: 'refused' })
    const scope = 'read:private write:private'
    expectRefusal(await exchange({ scope }), 403, 'invalid_scope')
    expect((await exchange()).status).toBe(200)
  })

  it('a scope that cannot be granted beside one that can is refused with 403 by partialGrant, in Custom Token Exchange', async () => {
    set({ partialGrant: 'refused' })
    const subject = await obtainAccessToken(server, 'carol')
    expectRefusal(await postToken(server, customForm(subject)), 403, 'invalid_scope')
    expect((await exchangeByProfile()).status).toBe(200)
  })
})

describe('the life of an exchanged token', () => {
  it('the life of an exchanged token ends with the subject token’s when it is capped', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600
    const subject_token = await signSubject({ exp })
    expect((await exchange({ subject_token })).body['expires_in']).toBe(86_400)
    set({ lifetime: 'capped_by_subject_token' })
    const answer = await exchange({ subject_token })
    expect(answer.body['expires_in']).toBeLessThanOrEqual(600)
    expect(decodeJwt(accessTokenOf(answer)).exp).toBeLessThanOrEqual(exp)
  })

  it('the life of an exchanged token ends with the API’s lifetime when the subject token lives longer', async () => {
    set({ lifetime: 'capped_by_subject_token' })
    const exp = Math.floor(Date.now() / 1000) + 100_000
    const answer = await exchange({ subject_token: await signSubject({ exp }) })
    expect(answer.body['expires_in']).toBe(86_400)
  })
})

describe('a sender-constrained subject token without a proof', () => {
  it('a sender-constrained subject token without a proof gives a bearer token, or 400 by boundSubjectToken', async () => {
    const subject_token = await signSubject({ cnf: { jkt: 'thumbprint' } })
    const answer = await exchange({ subject_token })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
    expect(decodeJwt(accessTokenOf(answer))).not.toHaveProperty('cnf')
    set({ boundSubjectToken: 'refused' })
    expectRefusal(await exchange({ subject_token }), 400, 'invalid_dpop_proof')
    expect((await exchange()).status).toBe(200)
  })
})

describe('the actor', () => {
  it('the actor is an agent with further members by actor', async () => {
    set({ actor: 'agent' })
    const { claims } = decode(accessTokenOf(await exchange()))
    expect(claims['azp']).toBe('mcp-server')
    expect(claims['act']).toEqual({
      sub: 'agt_mcp-server',
      client_id: 'mcp-server',
      sub_profile: 'ai_agent',
      act: { sub: 'curl' },
    })
  })

  it.each([
    { limit: 5, fits: 4 },
    { limit: 4, fits: 3 },
  ] as const)('the actor is the last of $limit by delegationLimit', async ({ limit, fits }) => {
    set({ delegationLimit: limit })
    const chain = (length: number): JWTPayload =>
      length === 1 ? { sub: 'a' } : { sub: 'a', act: chain(length - 1) }
    const atLimit = await signSubject({ act: chain(fits) })
    expect((await exchange({ subject_token: atLimit })).status).toBe(200)
    const tooLong = await signSubject({ act: chain(fits + 1) })
    expectRefusal(await exchange({ subject_token: tooLong }), 400, 'invalid_request')
  })

  it('the actor is refused with the number of delegationLimitInMessage, whatever the limit', async () => {
    set({ delegationLimit: 5, delegationLimitInMessage: 4 })
    let act: JWTPayload = { sub: 'a' }
    for (let level = 1; level < 5; level += 1) act = { sub: 'a', act }
    const { body } = await exchange({ subject_token: await signSubject({ act }) })
    expect(body['error_description']).toBe(
      'Delegation chain (`act` claim) depth exceeds the maximum allowed limit of 4',
    )
  })
})

describe('the subject token of another API', () => {
  it('the subject token of another API is accepted by subjectAudience: ignored', async () => {
    const subject_token = await signSubject({ aud: API })
    expectRefusal(await exchange({ subject_token }), 401, 'invalid_grant')
    set({ subjectAudience: 'ignored' })
    expect((await exchange({ subject_token })).status).toBe(200)
  })
})
