import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIALECTS } from '../../helpers/dialects/dialects.js'
import type { Claims } from '../../helpers/dialects/provider-stand.js'
import { startDialect, type DialectStack } from '../../helpers/dialects/start-dialect.js'
import { leakedInto } from '../../helpers/exchange-leaks.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import { callForAnswer, type ToolAnswer } from '../../helpers/tool-answer.js'
import { MACHINES, PERSONS } from '../../unit/identity-providers/persons.js'

const SCOPES = ['tool:whoami', 'tool:greet']

/** One spelling alone: `scp` is Entra's and Okta's, as text or as list. */
const SPELLINGS: readonly (readonly [name: string, claims: Claims])[] = [
  ['scope as a text', { scope: SCOPES.join(' '), scp: undefined }],
  ['scp as a text', { scope: undefined, scp: SCOPES.join(' ') }],
  ['scp as a list', { scope: undefined, scp: SCOPES }],
]

const NONE: readonly [string, Claims] = ['no scopes', { scope: undefined, scp: undefined }]

let unused: TestIssuer

beforeAll(async () => {
  unused = await TestIssuer.start()
})

afterAll(() => unused.close())

describe.each(DIALECTS)('at the HTTP door, with a server set up for $name,', (dialect) => {
  let stack: DialectStack

  beforeAll(async () => {
    stack = await startDialect(dialect, unused)
  })

  afterAll(() => stack.close())

  /** A token that is for this server and has these claims about who it is for. */
  const tokenOf = async (claims: Claims): Promise<string> => {
    const { aud } = dialect.subject(stack.world, 1)
    const now = Math.floor(Date.now() / 1_000)
    const iss = stack.stand.issuerAt(dialect.issuerPath)
    const token = await stack.stand.sign(
      { iss, aud, iat: now - 300, exp: now + 600, ...claims },
      { header: { typ: dialect.typ } },
    )
    stack.secrets.push(token)
    return token
  }

  const outcomeOf = async (claims: Claims, tool: string): Promise<[ToolAnswer, unknown]> => {
    const before = stack.server.log.lines.length
    const answer = await callForAnswer(stack.server, { token: await tokenOf(claims), tool })
    const lines = stack.server.log.lines.slice(before)
    const refusal = lines.find(({ name }) => name === 'request_refused')
    return [answer, refusal?.fields['reason']]
  }

  test.each(MACHINES)(
    'a machine (%s: %s) is refused however its scopes are spelled, and nothing is exchanged',
    async (_provider, _what, machine) => {
      for (const [spelling, scopes] of spellingsFor(machine)) {
        const [answer, reason] = await outcomeOf({ ...machine, ...scopes }, 'greet')
        expect([spelling, answer.status, reason]).toEqual([spelling, 401, 'machine_token'])
        expect(answer.challenge).toContain('error="invalid_token"')
        expect(leakedInto(answer.raw, stack.secrets.slice(-1))).toEqual([])
      }
      expect([stack.stand.exchanges.length, stack.api.requests.length]).toEqual([0, 0])
    },
  )

  test.each(PERSONS.filter(([provider]) => provider === dialect.provider))(
    'a person (%s: %s) is let in with the scopes of the token, however they are spelled',
    async (_provider, _what, person) => {
      for (const [spelling, scopes] of SPELLINGS) {
        const permissions = person['permissions'] === undefined ? undefined : SCOPES
        const claims = { ...person, permissions, ...scopes }
        const [answer, reason] = await outcomeOf(claims, 'whoami')
        // A user's token of Entra ID has scp: one without is taken for an app's.
        const isOther = dialect.provider === 'entra' && spelling.startsWith('scope')
        const expected = isOther ? [401, 'machine_token'] : [200, undefined]
        expect([spelling, answer.status, reason]).toEqual([spelling, ...expected])
        if (!isOther) expect(answer).toMatchObject({ isError: false })
      }
    },
  )

  test('no token is in the log', () => {
    expect(leakedInto(stack.server.log.text(), stack.secrets)).toEqual([])
  })
})

/** An app of Entra ID that does not say so is known by its lack of `scp`: with one it is no app. */
function spellingsFor({ oid, sub, idtyp }: Claims): typeof SPELLINGS {
  if (oid === undefined || oid !== sub || idtyp !== undefined) return SPELLINGS
  return [NONE, ...SPELLINGS.filter(([, { scp }]) => scp === undefined)]
}
