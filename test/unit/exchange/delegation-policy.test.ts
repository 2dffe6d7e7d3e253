import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  assertDelegationAllowed,
  type DelegationPolicy,
} from '../../../src/exchange/delegation-policy.js'
import { FAILURE_TABLE } from '../../../src/failures/failure-table.js'
import { failureText } from '../../../src/failures/failure-text.js'
import type { Caller } from '../../../src/identity/caller.js'
import { callerOf } from '../../helpers/exchange-requests.js'
import { failureOf } from '../outcomes.js'

/** A caller that came through `depth` services. */
function callerThrough(depth: number): Caller {
  const chain = Array.from({ length: depth }, (_, index) => `service-${index}`)
  const [actor] = chain
  return callerOf(actor === undefined ? {} : { delegation: { actor, chain } })
}

const refusalOf = (caller: Caller, policy: DelegationPolicy = {}) =>
  failureOf(assertDelegationAllowed(caller, policy))

describe('the depth of a chain', () => {
  test.each([0, 1, 2, 3, 4])(
    'the depth of a chain of %i services in front is within the limit of 5',
    async (depth) => {
      await assertDelegationAllowed(callerThrough(depth), {})
    },
  )

  test('the depth of a chain beyond the limit is refused, and we say why in words of our own', async () => {
    const { code, details } = await refusalOf(callerThrough(5))
    expect([code, details.reason]).toEqual(['delegation_refused', 'too_deep'])
    expect(failureText(code, details)).toBe(
      'This call has passed through 5 services already, and with this server the chain would be 6 long; 5 is the limit. Call this server from fewer services in between.',
    )
  })

  test('the depth of a chain is counted as it will be: the chain and us, or the client and us', async () => {
    const depths = fc.integer({ min: 0, max: 10 })
    await fc.assert(
      fc.asyncProperty(depths, fc.integer({ min: 1, max: 12 }), async (depth, maxDepth) => {
        const allowed = await assertDelegationAllowed(callerThrough(depth), { maxDepth }).then(
          () => true,
          () => false,
        )
        expect(allowed).toBe(Math.max(1, depth) + 1 <= maxDepth)
      }),
    )
  })
})

describe('the actors that are allowed', () => {
  const allowedActors = ['service-0', 'another']

  test('the actors that are allowed may come', async () => {
    await assertDelegationAllowed(callerThrough(2), { allowedActors })
  })

  test('the actors that are allowed do not keep clients away that came directly', async () => {
    await assertDelegationAllowed(callerThrough(0), { allowedActors: [] })
  })

  test.each([
    ['none of them', { actor: 'stranger', chain: ['stranger'] }],
    ['one of them only further back', { actor: 'stranger', chain: ['stranger', 'another'] }],
    ['one of them but for its case', { actor: 'Another', chain: ['Another'] }],
    ['one of them as its client alone', { actor: 'x', chain: ['x'], actorClientId: 'another' }],
  ])('the actors that are allowed keep away whoever comes through %s', async (_, delegation) => {
    const { code, details } = await refusalOf(callerOf({ delegation }), { allowedActors })
    expect([code, details.reason]).toEqual(['delegation_refused', 'actor_not_allowed'])
    expect(details.log).toEqual({ chain: delegation.chain })
    expect(failureText(code, details)).not.toContain(delegation.actor)
  })

  test('the actors that are allowed may be nobody', async () => {
    const { details } = await refusalOf(callerThrough(1), { allowedActors: [] })
    expect(details.reason).toBe('actor_not_allowed')
  })
})

describe('the hook', () => {
  test.each<[string, DelegationPolicy['authorize']]>([
    ['true', () => true],
    ['a promise of true', () => Promise.resolve(true)],
  ])('the hook that answers %s lets the call pass', async (_, authorize) => {
    await assertDelegationAllowed(callerOf(), authorize === undefined ? {} : { authorize })
  })

  test.each<[string, NonNullable<DelegationPolicy['authorize']>, string]>([
    ['answers false', () => false, 'policy'],
    ['answers a promise of false', () => Promise.resolve(false), 'policy'],
    [
      'throws',
      () => {
        throw new Error('a fault')
      },
      'policy_failed',
    ],
    ['rejects', () => Promise.reject(new Error('a fault')), 'policy_failed'],
  ])('the hook that %s refuses', async (_, authorize, reason) => {
    const { code, details } = await refusalOf(callerOf(), { authorize })
    expect([code, details.reason]).toEqual(['delegation_refused', reason])
    expect(failureText(code, details)).not.toContain('fault')
  })

  test('the hook that fails is the cause of the refusal, which names the chain of nobody', async () => {
    const fault = new Error('a fault')
    const refused = await refusalOf(callerOf(), { authorize: () => Promise.reject(fault) })
    expect(refused.cause).toBe(fault)
    expect(refused.details.log).toEqual({ chain: [] })
  })

  test('the hook is asked about the caller, once the other two agree', async () => {
    const authorize = vi.fn(() => true)
    const caller = callerThrough(1)
    await assertDelegationAllowed(caller, { authorize })
    await refusalOf(caller, { authorize, allowedActors: [] })
    await refusalOf(caller, { authorize, maxDepth: 1 })
    expect(authorize.mock.calls).toEqual([[caller]])
  })
})

test('a refusal is a matter of security, and a tool error', () => {
  expect(FAILURE_TABLE.delegation_refused).toMatchObject({ respondAs: 'tool', security: true })
})
