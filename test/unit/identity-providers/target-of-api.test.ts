import { beforeAll, describe, expect, test } from 'vitest'
import { entra } from '../../../src/identity-providers/entra.js'
import { keycloak } from '../../../src/identity-providers/keycloak.js'
import { okta } from '../../../src/identity-providers/okta.js'
import { targetOfApi } from '../../../src/identity-providers/target-of-api.js'
import { refusalWith } from '../../helpers/exchange-verified.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'

let key: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
})

describe.each([keycloak, okta, entra])('a required actor at $title', (provider) => {
  const api = { audience: 'https://api.example/' }
  const required = { requireActor: true }

  test('a required actor has to be named by act, as without a profile', async () => {
    const { actorCheck = 'act' } = targetOfApi(api, provider, required) ?? {}
    expect(actorCheck).toBe('act')
    const given = { claims: { azp: 'mcp-server' }, expectations: required }
    const [, reason] = await refusalWith(key, { ...given, request: { target: { actorCheck } } })
    expect(reason).toBe('actor')
  })

  test('the client of a token is as good as its actor where that is set, or no actor is required', () => {
    const set = { ...required, actorCheck: 'azp' } as const
    expect(targetOfApi(api, provider, set)?.actorCheck).toBe('azp')
    expect(targetOfApi(api, provider, {})?.actorCheck).toBe('azp')
  })
})
