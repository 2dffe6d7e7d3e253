import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '../../../apps/development/sign-in.js'
import type { Directory } from '../../../apps/authorization-server/directory.js'
import {
  PERMISSIONS,
  API,
  type Answer,
  type RunningServer,
  accessTokenOf,
  authorizationRequest,
  changedDirectory,
  customForm,
  decode,
  exchangeForm,
  obtainAccessToken,
  obtainTokens,
  postToken,
  registerClient,
  startAuthorizationServer,
} from './support.js'

const ACME = 'org_acme'

let server: RunningServer

/** A second organization, in which alice is as well; carol is in none. */
function addOther({ organizations }: Directory): void {
  const members = [{ user_id: 'auth0|alice', roles: [] }]
  organizations.push({ id: 'org_other', name: 'other', members })
}

beforeAll(async () => {
  server = await startAuthorizationServer({ directory: changedDirectory(addOther) })
})

afterAll(async () => {
  await server.close()
})

async function withDirectory(
  change: (directory: Directory) => void,
  run: (changed: RunningServer, directory: Directory) => Promise<void>,
): Promise<void> {
  const directory = changedDirectory((original) => {
    addOther(original)
    change(original)
  })
  const changed = await startAuthorizationServer({ directory })
  try {
    await run(changed, directory)
  } finally {
    await changed.close()
  }
}

const claimsOf = (answer: Answer): Record<string, unknown> => decode(accessTokenOf(answer)).claims

const allowNames = ({ tenant_settings: settings }: Directory): void => {
  settings.allow_organization_name_in_authentication_api = true
}

describe('a sign-in to an organization', () => {
  it('a sign-in to an organization puts org_id into the access token and the ID token', async () => {
    const params = { organization: ACME, scope: 'openid tool:greet' }
    const answer = await obtainTokens(server, 'alice', params)
    expect(claimsOf(answer)).toMatchObject({ org_id: ACME, scope: 'openid tool:greet' })
    expect(claimsOf(answer)).not.toHaveProperty('org_name')
    expect(decode(String(answer.body['id_token'])).claims['org_id']).toBe(ACME)
  })

  it('a sign-in to an organization does not put it anywhere when no organization is named', async () => {
    const answer = await obtainTokens(server, 'alice', { scope: 'openid tool:greet' })
    expect(claimsOf(answer)).not.toHaveProperty('org_id')
    expect(decode(String(answer.body['id_token'])).claims).not.toHaveProperty('org_id')
  })

  it('a sign-in to an organization takes a name, and adds org_name, only where the tenant allows names', async () => {
    const { url } = authorizationRequest(server, { organization: 'acme' })
    const callback = await signIn({ authorizationUrl: url, username: 'alice' })
    expect(callback.searchParams.get('error')).toBe('invalid_request')
    expect(callback.searchParams.get('error_description')).toContain('organization id')
    await withDirectory(allowNames, async (changed) => {
      for (const organization of ['acme', ACME]) {
        const answer = await obtainTokens(changed, 'alice', { organization })
        expect(claimsOf(answer)).toMatchObject({ org_id: ACME, org_name: 'acme' })
      }
      const { url } = authorizationRequest(changed, { organization: 'nobody' })
      const refused = await signIn({ authorizationUrl: url, username: 'alice' })
      expect(refused.searchParams.get('error_description')).toContain('the name')
    })
  })

  it('a sign-in to an organization gives a member the roles they have there, and not elsewhere', async () => {
    const inside = await obtainTokens(server, 'bob', { organization: ACME })
    expect(claimsOf(inside)).toMatchObject({
      scope: 'tool:whoami tool:greet',
      permissions: PERMISSIONS.alice.mcp,
    })
    const outside = await obtainTokens(server, 'bob')
    expect(claimsOf(outside)).toMatchObject({
      scope: 'tool:whoami',
      permissions: PERMISSIONS.bob.mcp,
    })
  })

  it('a sign-in to an organization is refused for a user who is no member', async () => {
    const { url } = authorizationRequest(server, { organization: ACME })
    const callback = await signIn({ authorizationUrl: url, username: 'carol' })
    expect(callback.searchParams.get('error')).toBe('access_denied')
    expect(callback.searchParams.get('error_description')).toBe(
      'user auth0|carol is not part of the org_acme organization',
    )
    expect(callback.searchParams.has('code')).toBe(false)
  })

  it('a sign-in to an organization is named on the sign-in page, with who may and who may not', async () => {
    const { url } = authorizationRequest(server, { organization: ACME })
    const first = await fetch(url, { redirect: 'manual' })
    const page = await fetch(new URL(first.headers.get('location') ?? '', url), {
      headers: { cookie: first.headers.getSetCookie().join('; ') },
    })
    const text = await page.text()
    expect(text).toContain('as a member of <strong>Acme</strong>')
    expect(text).toContain('carol · no role · not a member')
    expect(text).toContain('bob · Tool User · may: tool:whoami, tool:greet')
  })

  it('a sign-in to an organization keeps organizations apart for a client that the user has to allow', async () => {
    const client_id = await registerClient(server)
    const there = await obtainTokens(server, 'alice', { client_id, organization: ACME })
    expect(claimsOf(there)['org_id']).toBe(ACME)
    const other = await obtainTokens(server, 'alice', { client_id, organization: 'org_other' })
    expect(claimsOf(other)['org_id']).toBe('org_other')
    const outside = await obtainTokens(server, 'alice', { client_id })
    expect(claimsOf(outside)).not.toHaveProperty('org_id')
  })

  it('a sign-in to an organization lasts through refreshes, and ends with the membership', async () => {
    await withDirectory(allowNames, async (changed, { organizations: [acme] }) => {
      const first = await obtainTokens(changed, 'alice', { organization: ACME })
      const refresh = (answer: Answer): Promise<Answer> =>
        postToken(changed, {
          grant_type: 'refresh_token',
          client_id: 'curl',
          refresh_token: String(answer.body['refresh_token']),
        })
      const second = await refresh(first)
      expect(claimsOf(second)).toMatchObject({ org_id: ACME, org_name: 'acme' })
      acme?.members.splice(0)
      expect(await refresh(second)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    })
  })
})

describe.each([
  ['On-Behalf-Of', exchangeForm],
  ['Custom Token Exchange', customForm],
])('%s', (_name, form) => {
  const exchange = async (
    subject: string,
    params: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => postToken(server, form(subject, params))

  it('each exchange keeps the organization of the subject token, and its roles', async () => {
    // Outside of the organization bob may not read private data.
    const subject = await obtainAccessToken(server, 'bob', { organization: ACME })
    expect(claimsOf(await exchange(subject))).toMatchObject({
      sub: 'auth0|bob',
      org_id: ACME,
      scope: 'read:private',
    })
    const outside = await obtainAccessToken(server, 'bob')
    const { body } = await exchange(outside)
    expect(body['scope'] ?? body['error']).toMatch(/^(|invalid_scope)$/)
  })

  it('each exchange accepts the same organization as a parameter, and refuses any other', async () => {
    const subject = await obtainAccessToken(server, 'alice', { organization: ACME })
    expect(claimsOf(await exchange(subject, { organization: ACME }))['org_id']).toBe(ACME)
    for (const organization of ['org_other', 'org_unknown', 'acme']) {
      expect(await exchange(subject, { organization })).toMatchObject({
        status: 403,
        body: { error: 'invalid_request' },
      })
    }
  })

  it('each exchange takes the parameter by name where the tenant allows names, and adds org_name', async () => {
    await withDirectory(allowNames, async (changed) => {
      const subject = await obtainAccessToken(changed, 'alice', { organization: 'acme' })
      const answer = await postToken(changed, form(subject, { organization: 'acme' }))
      expect(claimsOf(answer)).toMatchObject({ org_id: ACME, org_name: 'acme' })
    })
  })

  it.each<[string, (directory: Directory) => void]>([
    ['the user has left it', ({ organizations: [acme] }) => acme?.members.splice(0)],
    ['it was deleted', ({ organizations }) => organizations.splice(0)],
  ])('each exchange is refused with 403 when %s', async (_what, change) => {
    await withDirectory(
      () => undefined,
      async (changed, directory) => {
        const subject = await obtainAccessToken(changed, 'alice', { organization: ACME })
        expect((await postToken(changed, form(subject))).status).toBe(200)
        change(directory)
        expect(await postToken(changed, form(subject))).toMatchObject({
          status: 403,
          body: { error: 'invalid_request' },
        })
      },
    )
  })
})

describe('an organization that only the request names', () => {
  it('an organization that only the request names is refused by On-Behalf-Of, since the subject token is of none', async () => {
    const subject = await obtainAccessToken(server, 'alice')
    const answer = await postToken(server, exchangeForm(subject, { organization: ACME }))
    expect(answer).toMatchObject({ status: 403, body: { error: 'invalid_request' } })
  })

  it('an organization that only the request names is where Custom Token Exchange signs the user in, if they are a member', async () => {
    const subject = await obtainAccessToken(server, 'bob')
    const params = { organization: ACME, scope: 'openid read:private' }
    const answer = await postToken(server, customForm(subject, params))
    expect(claimsOf(answer)).toMatchObject({ org_id: ACME, scope: 'openid read:private' })
    expect(claimsOf(answer)['aud']).toContain(API)
    expect(decode(String(answer.body['id_token'])).claims['org_id']).toBe(ACME)

    for (const organization of ['org_other', 'org_unknown']) {
      expect(await postToken(server, customForm(subject, { organization }))).toMatchObject({
        status: 403,
        body: { error: 'invalid_request' },
      })
    }
  })
})
