import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { refusalWith, verifiedWith } from '../../helpers/exchange-verified.js'
import { createSigningKey, type SigningKey } from '../../helpers/test-issuer.js'

let key: SigningKey

beforeAll(async () => {
  key = await createSigningKey('ES256')
})

const chainOf = (names: readonly string[]): unknown =>
  names.reduceRight<unknown>(
    (act, sub) => ({ sub, ...(act === undefined ? {} : { act }) }),
    undefined,
  )
const behind = (...chain: readonly [string, ...string[]]) => ({
  caller: { delegation: { actor: chain[0], chain } },
})
const KEYCLOAK = { sub: '3f1c0b2a-8d4e-4c1b-9a57-2f6d1c0e7b33' }

describe('the current actor', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['azp', { azp: 'mcp-server' }],
    ['client_id', { client_id: 'mcp-server' }],
    ['cid', { cid: 'mcp-server' }],
    ['appid', { appid: 'mcp-server' }],
    ['azp and client_id', { azp: 'mcp-server', client_id: 'mcp-server' }],
  ])(
    '[case 29] the current actor may have another id where the token was issued to us, by %s',
    async (_, claims) => {
      const { delegation } = await verifiedWith(key, { claims: { act: KEYCLOAK, ...claims } })
      expect(delegation?.actor).toBe(KEYCLOAK.sub)
    },
  )

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['nobody', {}],
    ['another', { azp: 'other' }],
    ['another by one claim, to us by another', { azp: 'other', client_id: 'mcp-server' }],
    ['us in upper case', { azp: 'MCP-SERVER' }],
    [
      'another, and the actor says so too',
      { azp: 'mcp-server', act: { sub: 'a', client_id: 'other' } },
    ],
    [
      'us, and stands behind somebody else',
      { azp: 'mcp-server', act: { sub: 'a', act: { sub: 'mcp-server' } } },
    ],
  ])('[case 29] the current actor may not where it was issued to %s', async (_, claims) => {
    const refusal = await refusalWith(key, { claims: { act: KEYCLOAK, ...claims } })
    expect(refusal).toEqual(['exchange_rejected', 'actor'])
  })

  test('[case 29] the current actor may have another id where the actor itself names our client', async () => {
    const act = { sub: 'another-id', client_id: 'mcp-server' }
    const { delegation } = await verifiedWith(key, { claims: { act, client_id: 'other' } })
    expect(delegation?.actor).toBe('another-id')
  })

  test('[S16.5] the current actor is malformed where act is null: a token without one leaves it out', async () => {
    const refusal = await refusalWith(key, { claims: { act: null } })
    expect(refusal).toEqual(['exchange_rejected', 'actor_malformed'])
  })

  test('[case 29] the current actor is known by the name that a setting gives it', async () => {
    const expectations = { actor: KEYCLOAK.sub, requireActor: true }
    const { delegation } = await verifiedWith(key, { claims: { act: KEYCLOAK }, expectations })
    expect(delegation?.actor).toBe(KEYCLOAK.sub)
    await verifiedWith(key, { claims: { act: { sub: 'mcp-server' } }, expectations })
  })

  test('[case 29] the current actor has to have that name then, to whomever the token was issued', async () => {
    const claims = { act: { sub: 'persona-7' }, azp: 'mcp-server' }
    const refusal = await refusalWith(key, { claims, expectations: { actor: KEYCLOAK.sub } })
    expect(refusal).toEqual(['exchange_rejected', 'actor'])
  })

  test('the current actor is nobody else, whatever the name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (name) => {
        fc.pre(name.trim() !== '' && name !== 'mcp-server')
        const claims = { act: { sub: name }, client_id: 'other' }
        expect(await refusalWith(key, { claims })).toEqual(['exchange_rejected', 'actor'])
      }),
      { numRuns: 50 },
    )
  })
})

describe('the chain of actors', () => {
  test.each([1, 2, 5, 32])(
    '[S5] the chain of actors may be as long as allowed (%d), and no longer',
    async (maxDepth) => {
      const names = ['mcp-server', ...Array.from({ length: maxDepth }, (_, index) => `a-${index}`)]
      const expectations = { maxDepth }
      const exact = { act: chainOf(names.slice(0, maxDepth)) }
      expect(
        (await verifiedWith(key, { claims: exact, expectations })).delegation?.chain,
      ).toHaveLength(maxDepth)
      const [code, reason] = await refusalWith(key, {
        claims: { act: chainOf(names) },
        expectations,
      })
      expect([code, reason]).toEqual([
        'exchange_rejected',
        // No more than 32 are read at all.
        maxDepth === 32 ? 'actor_malformed' : 'chain_too_deep',
      ])
    },
  )

  test('[S5] the chain of actors is five long at most unless told otherwise', async () => {
    const act = chainOf(['mcp-server', 'a', 'b', 'c', 'd', 'e'])
    expect(await refusalWith(key, { claims: { act } })).toEqual([
      'exchange_rejected',
      'chain_too_deep',
    ])
  })

  test('[S5] the chain of actors is empty where a token names none, and no limit is too low for it', async () => {
    const expectations = { maxDepth: 0 }
    expect((await verifiedWith(key, { expectations })).delegation).toBeUndefined()
    const refusal = await refusalWith(key, {
      claims: { act: { sub: 'mcp-server' } },
      expectations,
    })
    expect(refusal).toEqual(['exchange_rejected', 'chain_too_deep'])
  })

  test("[S5] the chain of actors keeps the caller's own behind us", async () => {
    const act = chainOf(['mcp-server', 'agent-x', 'some-client'])
    const { delegation } = await verifiedWith(key, {
      claims: { act },
      request: behind('agent-x', 'some-client'),
    })
    expect(delegation?.chain).toEqual(['mcp-server', 'agent-x', 'some-client'])
  })

  test.each<[string, readonly string[] | undefined]>([
    ['without any actor', undefined],
    ['with us alone', ['mcp-server']],
    ['with another in its place', ['mcp-server', 'agent-y', 'some-client']],
    ['with one more in between', ['mcp-server', 'agent-y', 'agent-x', 'some-client']],
    ['with one more behind', ['mcp-server', 'agent-x', 'some-client', 'more']],
    ['the other way round', ['mcp-server', 'some-client', 'agent-x']],
    ['in upper case', ['mcp-server', 'AGENT-X', 'some-client']],
  ])('[S5] the chain of actors may not come back %s where the caller had one', async (_, names) => {
    const claims = { act: names === undefined ? undefined : chainOf(names) }
    const request = behind('agent-x', 'some-client')
    expect(await refusalWith(key, { claims, request })).toEqual([
      'exchange_rejected',
      'chain_changed',
    ])
  })

  test('[S5] the chain of actors equals the one of the caller, whatever the names', async () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')
    const names = fc.array(name, { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(names, names, async (before, after) => {
        const request = behind(...(before as [string, ...string[]]))
        const claims = { act: chainOf(['mcp-server', ...after]) }
        const outcome = await verifiedWith(key, { claims, request }).then(
          () => true,
          () => false,
        )
        expect(outcome).toBe(JSON.stringify(before) === JSON.stringify(after))
      }),
      { numRuns: 60 },
    )
  })

  test('[S5] the chain of actors may name the client of a caller who came directly', async () => {
    await verifiedWith(key, { claims: { act: chainOf(['mcp-server', 'some-client']) } })
    await verifiedWith(key, { claims: { act: undefined } })
  })
})
