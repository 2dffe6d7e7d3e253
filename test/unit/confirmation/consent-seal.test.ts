import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConsentSeal } from '../../../src/confirmation/consent-seal.js'
import { consentSubject } from '../../../src/confirmation/consent-subject.js'
import type { Caller } from '../../../src/identity/caller.js'
import { Secret } from '../../../src/secret.js'

const [OLD, NEW, OTHER] = ['old', 'new', 'other'].map((name) => new Secret(name.repeat(16))) as [
  Secret,
  Secret,
  Secret,
]
const LIFETIME_MS = 1_000
let nowMs = 1_700_000_000_000

const seal = (...keys: [Secret, ...Secret[]]): ConsentSeal =>
  new ConsentSeal({ keys, lifetimeMs: LIFETIME_MS, clock: () => nowMs })

const CALLER = {
  issuer: 'https://issuer.example/',
  subject: 'alice',
  clientId: 'client',
  organization: 'org',
} as Caller
const CALL = { caller: CALLER, tool: 'cancel', args: { id: 'b1', n: 1 }, version: 'v1' }
const subjectOf = (call: Parameters<typeof consentSubject>[0]): string => consentSubject(call) ?? ''

describe('a sealed consent', () => {
  test('opens for its subject, each with a nonce of its own, and says nothing of the subject', () => {
    const sealed = seal(NEW)
    const [first, second] = [sealed.seal('of alice'), sealed.seal('of alice')]
    expect(first).toMatch(/^[\w-]{75}$/)
    const opened = [first, second].map((state) => sealed.open(state, 'of alice'))
    expect(opened).toEqual([
      { nonce: expect.any(String) as string, expiresAtMs: nowMs + LIFETIME_MS },
      { nonce: expect.any(String) as string, expiresAtMs: nowMs + LIFETIME_MS },
    ])
    expect(opened[0]).not.toEqual(opened[1])
    expect(sealed.open(first, 'of bob')).toBe('mismatch')
  })

  test('opens with each key that is known, and is sealed with the first', () => {
    expect(seal(NEW, OLD).open(seal(OLD).seal('s'), 's')).toHaveProperty('nonce')
    expect(seal(NEW).open(seal(NEW, OLD).seal('s'), 's')).toHaveProperty('nonce')
    expect(seal(OLD).open(seal(NEW, OLD).seal('s'), 's')).toBe('mismatch')
    expect(seal(OTHER).open(seal(NEW, OLD).seal('s'), 's')).toBe('mismatch')
  })

  test('does not open where any character differs, is added or is missing', () => {
    const sealed = seal(NEW)
    const state = sealed.seal('s')
    fc.assert(
      fc.property(
        fc.nat(state.length - 1),
        fc.constantFrom(
          'A',
          'B',
          'Z',
          'a',
          'z',
          '0',
          '9',
          '-',
          '_',
          '+',
          '/',
          '=',
          ' ',
          'é',
          '\u0000',
        ),
        fc.constantFrom('replace', 'insert', 'delete'),
        (at, character, how) => {
          const rest = state.slice(how === 'insert' ? at : at + 1)
          const changed = state.slice(0, at) + (how === 'delete' ? '' : character) + rest
          if (changed !== state) expect(sealed.open(changed, 's')).toBe('mismatch')
        },
      ),
    )
  })

  test('does not open for what is no state at all', () => {
    fc.assert(
      fc.property(fc.anything(), (state) => {
        expect(seal(NEW).open(state, 's')).toBe('mismatch')
      }),
    )
  })

  test('expires at its time, and not before', () => {
    const sealed = seal(NEW)
    const state = sealed.seal('s')
    const sealedAtMs = nowMs
    nowMs = sealedAtMs + LIFETIME_MS - 1
    expect(sealed.open(state, 's')).toHaveProperty('nonce')
    nowMs = sealedAtMs + LIFETIME_MS
    expect(sealed.open(state, 's')).toBe('expired')
  })
})

describe('the subject of a consent', () => {
  test.each([
    ['another user', { caller: { ...CALLER, subject: 'bob' } }],
    ['another issuer', { caller: { ...CALLER, issuer: 'https://other.example/' } }],
    ['another organization', { caller: { ...CALLER, organization: undefined } }],
    ['another client', { caller: { ...CALLER, clientId: 'other' } }],
    ['another user by further claims', { caller: { ...CALLER, subjectClaims: { oid: '1' } } }],
    ['another tool', { tool: 'delete' }],
    ['another version of the tool', { version: 'v2' }],
    ['another argument', { args: { id: 'b2', n: 1 } }],
    ['a further argument', { args: { id: 'b1', n: 1, force: true } }],
    ['a number in place of a text', { args: { id: 'b1', n: '1' } }],
    ['no arguments', { args: {} }],
  ])('differs for %s', (_name, changed) => {
    expect(subjectOf({ ...CALL, ...changed })).not.toBe(subjectOf(CALL))
  })

  test('is the same whatever the order of the arguments', () => {
    expect(subjectOf({ ...CALL, args: { n: 1, id: 'b1' } })).toBe(subjectOf(CALL))
  })

  test('differs for any two calls that differ', () => {
    const call = fc.record({
      tool: fc.string(),
      version: fc.option(fc.string(), { nil: undefined }),
      args: fc.dictionary(fc.string(), fc.jsonValue()),
    })
    fc.assert(
      fc.property(call, call, (a, b) => {
        const same =
          JSON.stringify([a.tool, a.version, a.args]) ===
          JSON.stringify([b.tool, b.version, b.args])
        if (same) return
        const subjects = [a, b].map((one) => subjectOf({ caller: CALLER, ...one }))
        const sameValues =
          a.tool === b.tool && a.version === b.version && canonical(a.args) === canonical(b.args)
        expect(subjects[0] === subjects[1]).toBe(sameValues)
      }),
    )
  })

  test('is none for arguments that are nested too deep', () => {
    let args: unknown = 1
    for (let depth = 0; depth < 200; depth += 1) args = [args]
    expect(consentSubject({ ...CALL, args })).toBeUndefined()
  })
})

function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`
}
