import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDelegation } from '../../../src/identity/delegation.js'
import { thrownBy } from '../outcomes.js'

function nested(chain: readonly string[]): object | undefined {
  return chain.reduceRight<object | undefined>(
    (act, sub) => ({ sub, ...(act === undefined ? {} : { act }) }),
    undefined,
  )
}

const name = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '')

describe('parseDelegation', () => {
  test('parseDelegation finds nothing where there is no claim', () => {
    expect(parseDelegation(undefined)).toBeUndefined()
  })

  test('parseDelegation reads actor and chain, newest first, at any depth up to 32', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 32 }), (chain) => {
        expect(parseDelegation(nested(chain))).toEqual({ actor: chain[0], chain })
      }),
    )
  })

  test('parseDelegation refuses more than 32', () => {
    const chain = Array.from({ length: 33 }, (_, index) => `actor-${index}`)
    expect(thrownBy(() => parseDelegation(nested(chain)))).toBeInstanceOf(TypeError)
  })

  test('parseDelegation comes to an end where the chain has none', () => {
    const act: Record<string, unknown> = { sub: 'a' }
    act['act'] = act
    expect(thrownBy(() => parseDelegation(act))).toBeInstanceOf(TypeError)
  })

  test('parseDelegation refuses what is malformed at any level', () => {
    const bad = fc.oneof(
      fc.constantFrom<unknown>(null, '', 'x', 7, true, [], [{ sub: 'a' }], {}),
      fc.record({ sub: fc.oneof(fc.integer(), fc.constantFrom<unknown>(null, '', ' ', [], {})) }),
    )
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), bad, (chain, end) => {
        const act = chain.reduceRight<unknown>((inner, sub) => ({ sub, act: inner }), end)
        expect(thrownBy(() => parseDelegation(act))).toBeInstanceOf(TypeError)
      }),
    )
  })

  test('parseDelegation tolerates members that it does not know, and reads the client of the current actor', () => {
    const act = {
      sub: 'agt_1',
      client_id: 'agent-client',
      iss: 'https://issuer.example/',
      sub_profile: 'ai_agent',
      cnf: { jkt: 'x' },
      act: { sub: 'app', client_id: 'other-client' },
    }
    expect(parseDelegation(act)).toEqual({
      actor: 'agt_1',
      chain: ['agt_1', 'app'],
      actorClientId: 'agent-client',
    })
  })

  test('parseDelegation takes no client from anywhere but the current actor', () => {
    expect(parseDelegation({ sub: 'a', act: { sub: 'b', client_id: 'c' } })).toEqual({
      actor: 'a',
      chain: ['a', 'b'],
    })
    expect(parseDelegation({ sub: 'a', client_id: null })).toEqual({ actor: 'a', chain: ['a'] })
  })

  test.each([7, '', ' ', ['c'], {}, false])(
    'parseDelegation refuses the client %j of the current actor',
    (client) => {
      expect(() => parseDelegation({ sub: 'a', client_id: client })).toThrow(TypeError)
    },
  )

  test('parseDelegation gives what nobody can change', () => {
    const delegation = parseDelegation({ sub: 'a', act: { sub: 'b' } })
    expect(Object.isFrozen(delegation)).toBe(true)
    expect(Object.isFrozen(delegation?.chain)).toBe(true)
  })
})
