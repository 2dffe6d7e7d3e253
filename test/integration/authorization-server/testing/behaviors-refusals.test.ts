import { describe, expect, it } from 'vitest'
import {
  changedDirectory,
  customForm,
  exchangeForm,
  obtainAccessToken,
  postToken,
  registerClient,
  startAuthorizationServer,
  without,
} from '../support.js'
import {
  BOTH,
  exchange,
  exchangeByProfile,
  expectRefusal,
  server,
  set,
  signSubject,
  subjectToken,
  withBehaviors,
} from './behaviors-support.js'

withBehaviors()

describe('refusals', () => {
  it.each(['invalid_grant', 'invalid_request', 'invalid_token'] as const)(
    'refusals of a bad subject token are 401 %s by subjectTokenError',
    async (subjectTokenError) => {
      set({ subjectTokenError })
      expectRefusal(await exchange({ subject_token: 'nonsense' }), 401, subjectTokenError)
      const machine = await signSubject({ sub: 'curl@clients' })
      expectRefusal(await exchange({ subject_token: machine }), 401, subjectTokenError)
    },
  )

  it.each(BOTH)(
    'refusals of a wrong secret are 401 invalid_client in %s by switch',
    async (_name, send) => {
      const client_secret = 'wrong'
      expectRefusal(await send({ client_secret }), 401, 'access_denied')
      set({ clientAuthenticationError: 'invalid_client' })
      expectRefusal(await send({ client_secret }), 401, 'invalid_client')
    },
  )

  it('refusals of an unknown grant type are 403 by unsupportedGrantTypeStatus', async () => {
    const grant_type = 'urn:example:unknown'
    expectRefusal(await exchange({ grant_type }), 400, 'unsupported_grant_type')
    set({ unsupportedGrantTypeStatus: 403 })
    expectRefusal(await exchange({ grant_type }), 403, 'unsupported_grant_type')
  })

  it('refusals of an unknown audience are 403 access_denied by unknownAudienceError', async () => {
    set({ unknownAudienceError: 'access_denied' })
    expectRefusal(await exchange({ audience: 'urn:unknown' }), 403, 'access_denied')
  })

  it('refusals of a client without grant are unauthorized_client by missingClientGrantError', async () => {
    const directory = changedDirectory(({ client_grants }) => client_grants.splice(0))
    const changed = await startAuthorizationServer({ directory })
    try {
      const subject = await obtainAccessToken(changed, 'alice')
      for (const error of ['access_denied', 'unauthorized_client'] as const) {
        changed.switches.missingClientGrantError = error
        expectRefusal(await postToken(changed, exchangeForm(subject)), 403, error)
        expectRefusal(await postToken(changed, customForm(subject)), 403, error)
      }
    } finally {
      await changed.close()
    }
  })

  it('refusals of another organization are 400 by organizationRefusalStatus', async () => {
    const subject_token = await signSubject({ org_id: 'org_gone' })
    expectRefusal(await exchange({ subject_token }), 403, 'invalid_request')
    set({ organizationRefusalStatus: 400 })
    expectRefusal(await exchange({ subject_token }), 400, 'invalid_request')
    expectRefusal(await exchangeByProfile({ subject_token }), 400, 'invalid_request')
  })

  it.each(BOTH)('refusals for want of consent are 403 in %s by consent', async (_name, send) => {
    set({ consent: 'required' })
    expectRefusal(await send(), 403, 'consent_required')
  })

  it.each(BOTH)(
    'refusals for want of a second factor are 403 in %s by mfa',
    async (_name, send) => {
      set({ mfa: 'required' })
      const answer = await send()
      expectRefusal(answer, 403, 'mfa_required')
      expect(answer.body).toEqual({
        error: 'mfa_required',
        error_description: 'Multifactor authentication required',
        mfa_token: expect.any(String) as string,
      })
    },
  )

  it('refusals for want of a second factor are 400 with an actor token', async () => {
    set({ mfa: 'required' })
    const actor = { actor_token: 'x', actor_token_type: 'urn:example:actor' }
    const answer = await exchangeByProfile(actor)
    expectRefusal(answer, 400, 'invalid_request')
    expect(answer.body['error_description']).toContain('MFA is not supported')
  })

  it.each(BOTH)('refusals by a post-login Action are 401 or 403 in %s', async (_name, send) => {
    for (const status of [401, 403] as const) {
      set({ postLoginAction: `denies_with_${status}` })
      expectRefusal(await send(), status, 'access_denied')
    }
  })
})

describe('what the switches leave alone', () => {
  it('what the switches leave alone is the sign-in of users and of clients that registered themselves', async () => {
    set({ consent: 'required', mfa: 'required', postLoginAction: 'denies_with_403' })
    set({ clientAuthenticationError: 'access_denied' })
    const client_id = await registerClient(server)
    expect(await obtainAccessToken(server, 'alice', { client_id })).toBeTypeOf('string')
    const form = without(exchangeForm(subjectToken), 'subject_token', 'subject_token_type')
    const wrong = { ...form, grant_type: 'authorization_code', client_secret: 'wrong' }
    expectRefusal(await postToken(server, wrong), 401, 'invalid_client')
  })
})
