import { describe, expect, test } from 'vitest'
import { useTenant } from './support.js'

const clock = { ms: 1_000_000 }
const used = useTenant({ now: () => clock.ms })

const ACTION = {
  name: 'an-action',
  supported_triggers: [{ id: 'custom-token-exchange', version: 'v1' }],
  code: 'exports.x = 1',
  dependencies: [{ name: 'jose', version: '6.1.0' }],
  runtime: 'node22',
  secrets: [{ name: 'CLIENT_ID', value: 'value-of-the-secret' }],
}
const profileOf = (action_id: string, n = 1) => ({
  ...{ name: `profile ${n}`, subject_token_type: `urn:example:token:${n}` },
  ...{ action_id, type: 'custom_authentication' },
})

const createAction = () => used.create('/actions/actions', ACTION)
const at = (id: string): string => `/actions/actions/${id}`

async function statuses(id: string, reads: number): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  for (let read = 0; read < reads; read += 1) {
    const { body } = await used.call('GET', at(id))
    seen.push((body as Record<string, unknown>)['status'])
  }
  return seen
}

describe('Actions at the Management API stand-in', () => {
  test('an Action is built over several reads, and is deployed after that alone', async () => {
    const id = await createAction()
    expect((await used.call('POST', `${at(id)}/deploy`)).status).toBe(400)
    expect(await statuses(id, 5)).toEqual(['pending', 'building', 'building', 'built', 'built'])
    expect((await used.call('POST', `${at(id)}/deploy`)).body).toMatchObject({
      number: 1,
      deployed: true,
      code: ACTION.code,
    })
    expect((await used.call('GET', at(id))).body).toMatchObject({
      all_changes_deployed: true,
      deployed_version: { number: 1, code: ACTION.code },
    })
  })

  test('a change has to be built and deployed again; until then requests run the old version', async () => {
    const id = await createAction()
    await statuses(id, 4)
    await used.call('POST', `${at(id)}/deploy`)
    await used.call('PATCH', at(id), { code: 'exports.x = 2' })
    expect((await used.call('POST', `${at(id)}/deploy`)).status).toBe(400)
    expect((await used.call('GET', at(id))).body).toMatchObject({
      ...{ status: 'pending', all_changes_deployed: false, code: 'exports.x = 2' },
      deployed_version: { number: 1, code: 'exports.x = 1' },
    })
    await statuses(id, 4)
    await used.call('POST', `${at(id)}/deploy`)
    expect(used.standIn.tenant.actions[0]?.deployed).toMatchObject({
      ...{ number: 2, code: 'exports.x = 2' },
      secrets: ACTION.secrets,
    })
  })

  test('the values of secrets are never shown', async () => {
    const id = await createAction()
    await statuses(id, 4)
    const answers = [
      await used.call('GET', at(id)),
      await used.call('POST', `${at(id)}/deploy`),
      await used.call('GET', '/actions/actions?triggerId=custom-token-exchange'),
      await used.call('PATCH', at(id), { runtime: 'node22' }),
    ]
    const text = JSON.stringify(answers.map(({ body }) => body))
    expect(text.match(/"CLIENT_ID"/g)?.length).toBeGreaterThan(3)
    expect(text).not.toContain('value-of-the-secret')
  })

  test('a build that fails says why, and is not deployed', async () => {
    used.standIn.behavior.buildFailure = 'Unexpected token'
    const id = await createAction()
    expect(await statuses(id, 4)).toEqual(['pending', 'building', 'building', 'failed'])
    expect((await used.call('GET', at(id))).body).toMatchObject({
      errors: [{ msg: 'Unexpected token' }],
    })
    expect((await used.call('POST', `${at(id)}/deploy`)).status).toBe(400)
  })

  test('a name is taken once, and another trigger is refused', async () => {
    await createAction()
    expect((await used.call('POST', '/actions/actions', ACTION)).status).toBe(409)
    const supported_triggers = [{ id: 'post-login', version: 'v3' }]
    const other = { ...ACTION, name: 'other', supported_triggers }
    expect((await used.call('POST', '/actions/actions', other)).status).toBe(400)
  })

  test('an Action that a profile uses is not deleted', async () => {
    const id = await createAction()
    const profile = await used.create('/token-exchange-profiles', profileOf(id))
    expect((await used.call('DELETE', at(id))).status).toBe(400)
    expect((await used.call('DELETE', `/token-exchange-profiles/${profile}`)).status).toBe(204)
    expect((await used.call('DELETE', at(id))).status).toBe(204)
  })
})

describe('token-exchange profiles at the Management API stand-in', () => {
  test.each([
    ['urn:ietf:params:oauth:token-type:access_token', 400],
    ['https://auth0.com/token', 400],
    ['urn:okta:token', 400],
    ['urn:a:b', 400],
    [`urn:example:${'x'.repeat(100)}`, 400],
    ['mcp-token-type', 400],
    ['urn:example:token', 201],
  ])('the subject token type %s is answered %i', async (subject_token_type, status) => {
    const profile = { ...profileOf(await createAction()), subject_token_type }
    expect((await used.call('POST', '/token-exchange-profiles', profile)).status).toBe(status)
  })

  test('a subject token type is taken once; Action and type cannot be changed', async () => {
    const action = await createAction()
    const id = await used.create('/token-exchange-profiles', profileOf(action))
    const again = { ...profileOf(action), name: 'another' }
    expect((await used.call('POST', '/token-exchange-profiles', again)).status).toBe(409)
    const patch = (body: unknown) => used.call('PATCH', `/token-exchange-profiles/${id}`, body)
    expect((await patch({ action_id: 'another' })).status).toBe(400)
    expect((await patch({ type: 'custom_authentication' })).status).toBe(400)
    expect((await patch({ subject_token_type: 'urn:example:another' })).status).toBe(204)
    expect(used.standIn.tenant.tokenExchangeProfiles[0]).toMatchObject({
      subject_token_type: 'urn:example:another',
      action_id: action,
    })
  })

  test('the sixth write in a row is refused until the time that the header names', async () => {
    const action = await createAction()
    for (let n = 1; n <= 5; n += 1)
      await used.create('/token-exchange-profiles', profileOf(action, n))
    const { status, headers } = await used.call(
      'POST',
      '/token-exchange-profiles',
      profileOf(action, 6),
    )
    expect(status).toBe(429)
    expect(headers.get('x-ratelimit-remaining')).toBe('0')
    clock.ms = Number(headers.get('x-ratelimit-reset')) * 1_000
    await used.create('/token-exchange-profiles', profileOf(action, 6))
  })
})
