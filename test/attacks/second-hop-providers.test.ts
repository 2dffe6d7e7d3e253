import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Dialect, UserNumber } from '../helpers/dialects/dialect.js'
import { DIALECTS } from '../helpers/dialects/dialects.js'
import type { TokenChanges, DialectStack } from '../helpers/dialects/start-dialect.js'
import { startDialect } from '../helpers/dialects/start-dialect.js'
import { leakedInto } from '../helpers/exchange-leaks.js'
import { createSigningKey, TestIssuer, type SigningKey } from '../helpers/test-issuer.js'
import { callForAnswer, type ToolAnswer } from '../helpers/tool-answer.js'
import { isElsewhere } from './elsewhere.js'
import type { ProviderAttack, ProviderHop } from './provider-attack.js'
import { issuerAttacks, userAttacks } from './provider-identities.js'
import { answerAttacks, kindAttacks } from './provider-kinds.js'
import { audienceAttacks, clientAttacks, scopeAttacks } from './provider-rights.js'

const THEMES: readonly (readonly [string, (dialect: Dialect) => readonly ProviderAttack[]])[] = [
  ['users', userAttacks],
  ['issuers', issuerAttacks],
  ['audiences', audienceAttacks],
  ['clients and actors', clientAttacks],
  ['scopes', scopeAttacks],
  ['kinds of tokens', kindAttacks],
  ['types in the answer', answerAttacks],
]

let unused: TestIssuer
let foreignKey: SigningKey

beforeAll(async () => {
  ;[unused, foreignKey] = await Promise.all([TestIssuer.start(), createSigningKey()])
})

afterAll(() => unused.close())

describe.skipIf(isElsewhere(process.env)).each(DIALECTS)('with $name', (dialect) => {
  let stack: DialectStack
  /** Each attack has a user of its own: nothing of it is kept for the next. */
  let user: UserNumber = 100

  beforeAll(async () => {
    stack = await startDialect(dialect, unused)
  })

  afterAll(() => stack.close())

  const attacked = async (attack: ProviderAttack): Promise<ToolAnswer> => {
    user += 3
    const subjectToken = await stack.subjectToken(user)
    const hop: ProviderHop = { stack, user, stranger: user + 1, subjectToken, foreignKey }
    stack.stand.responder = () => attack.answer(hop)
    return callForAnswer(stack.server, { token: subjectToken })
  }

  const expectRefused = async (attack: ProviderAttack): Promise<void> => {
    const { api, stand, server } = stack
    const before = { api: api.requests.length, asked: stand.exchanges.length }
    const lines = server.log.lines.length
    const given = stack.secrets.length
    const answer = await attacked(attack)
    const logged = server.log.lines.slice(lines).filter(({ fields }) => 'code' in fields)
    const verdicts = logged.map(
      ({ fields }) => `${String(fields['code'])} ${String(fields['reason'])}`,
    )
    expect(verdicts).toContain(`${attack.code} ${attack.reason}`)
    expect(answer).toMatchObject({ status: 200, isError: true })
    expect(stand.exchanges).toHaveLength(before.asked + 1)
    expect(api.requests).toHaveLength(before.api)
    expect(leakedInto(answer.raw, stack.secrets.slice(given))).toEqual([])
  }

  const expectWorks = async (who: UserNumber, changes?: TokenChanges): Promise<void> => {
    stack.stand.responder = async () => dialect.answer(await stack.issuedToken(who, changes))
    const before = stack.api.requests.length
    expect(await stack.call(who)).toMatchObject({ status: 200, isError: false })
    expect(stack.api.requests).toHaveLength(before + 1)
    const sent = stack.api.requests.at(-1)?.headers.authorization
    expect(sent).toBe(`Bearer ${stack.secrets.at(-1) ?? ''}`)
  }

  describe.each(THEMES)(
    'an exchange that answers with foul %s never reaches the API',
    (_theme, attacksOf) => {
      test.each(attacksOf(dialect).map((attack) => [attack.name, attack] as const))(
        '%s',
        async (_name, attack) => {
          await expectRefused(attack)
        },
      )

      test('and a good answer to the next user does', () => expectWorks(user + 2))
    },
  )

  test.each(goodTokens(dialect))('a good token reaches the API: %s', async (_name, changes) => {
    user += 3
    await expectWorks(user, changes)
  })

  test('no token and no secret is in the log', () => {
    expect(leakedInto(stack.server.log.text(), stack.secrets)).toEqual([])
  })
})

/** What a dialect may write in several ways. */
function goodTokens(dialect: Dialect): readonly (readonly [string, TokenChanges])[] {
  const { audience, exactScopes, apiPrefix } = dialect
  return [
    ['as it is', {}],
    ['its audience in a list', { claims: { aud: [audience] } }],
    ['with more scopes', { scopes: ['read:more', 'read:private'] }],
    ['with roles', { claims: { roles: ['Reader'] } }],
    ...(exactScopes
      ? []
      : ([['its scopes in another case', { scopes: ['Read:PRIVATE'] }]] as const)),
    ...(apiPrefix === undefined || dialect.tokenPrefix !== undefined
      ? []
      : ([
          ['its scopes with the prefix of the API', { scopes: [`${apiPrefix}read:private`] }],
        ] as const)),
  ]
}
