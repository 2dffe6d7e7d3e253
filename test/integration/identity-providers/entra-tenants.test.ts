import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENTRA_DIALECTS, FOREIGN_TENANT } from '../../helpers/dialects/entra-dialects.js'
import type { Claims } from '../../helpers/dialects/provider-stand.js'
import {
  startDialect,
  type DialectStack,
  type TokenChanges,
} from '../../helpers/dialects/start-dialect.js'
import { TestIssuer } from '../../helpers/test-issuer.js'
import type { ToolAnswer } from '../../helpers/tool-answer.js'
import { OTHER_TENANT, TENANT } from '../../unit/identity-providers/persons.js'

const v2 = (tenant: string): string => `/${tenant}/v2.0`
const v1 = (tenant: string): string => `/sts/${tenant}/`

/** A token of a tenant, by the issuer of either version. */
function of(tenant: string, version: 1 | 2 = 2, claims: Claims = {}): TokenChanges {
  const appid = { azp: undefined, appid: '55555555-aaaa-4aaa-8aaa-000000000002', ver: '1.0' }
  return version === 2
    ? { path: v2(tenant), claims: { tid: tenant, ...claims } }
    : { path: v1(tenant), claims: { tid: tenant, ...appid, ...claims } }
}

let unused: TestIssuer
let stack: DialectStack

beforeAll(async () => {
  unused = await TestIssuer.start()
  const [, dialect] = ENTRA_DIALECTS
  if (dialect === undefined) throw new Error('no dialect of Entra')
  stack = await startDialect(dialect, unused)
})

afterAll(async () => {
  await stack.close()
  await unused.close()
})

/** Answers the next exchanges with tokens of a tenant. */
function answerWith(user: number, changes: TokenChanges): void {
  const { stand, dialect } = stack
  stand.responder = async () => dialect.answer(await stack.issuedToken(user, changes))
}

const answered = (path: string, claims: Claims): TokenChanges => ({ path, claims })

async function refusalOf(call: () => Promise<ToolAnswer>): Promise<unknown[]> {
  const { log } = stack.server
  const before = { lines: log.lines.length, calls: stack.api.requests.length }
  const { status } = await call()
  expect(stack.api.requests).toHaveLength(before.calls)
  const line = log.lines.slice(before.lines).find(({ fields }) => 'reason' in fields)
  return [status, line?.fields['reason']]
}

describe('a server for two tenants of Entra ID', () => {
  test.each<[string, string, 1 | 2]>([
    ['of the own tenant, version 2', TENANT, 2],
    ['of the own tenant, version 1', TENANT, 1],
    ['of the allowed tenant, version 2', OTHER_TENANT, 2],
    ['of the allowed tenant, version 1', OTHER_TENANT, 1],
  ])(
    'a token %s is exchanged at its tenant, by version 2, and the API gets a token of either version',
    async (_what, tenant, version) => {
      const user = 10 + version + (tenant === TENANT ? 0 : 10)
      for (const [at, path] of [v2(tenant), v1(tenant)].entries()) {
        answerWith(user + 100 * at, answered(path, { tid: tenant }))
        const calls = stack.api.requests.length
        const options = { changes: of(tenant, version) }
        const answer = await stack.call(user + 100 * at, options)
        expect(answer).toMatchObject({ status: 200, isError: false })
        expect(stack.api.requests).toHaveLength(calls + 1)
        expect(stack.stand.exchanges.at(-1)?.path).toBe(v2(tenant))
      }
    },
  )

  test.each<[string, string, string, Claims, string]>([
    ['of the own tenant, in the name of it', OTHER_TENANT, v2(TENANT), { tid: TENANT }, 'issuer'],
    ['in the name of the own tenant', OTHER_TENANT, v2(TENANT), { tid: OTHER_TENANT }, 'issuer'],
    ['in the name of the own tenant by version 1', OTHER_TENANT, v1(TENANT), {}, 'issuer'],
    ['that says the own tenant', OTHER_TENANT, v2(OTHER_TENANT), { tid: TENANT }, 'subject'],
    ['of the allowed tenant for the own', TENANT, v2(OTHER_TENANT), { tid: TENANT }, 'issuer'],
    ['of a tenant of nobody', OTHER_TENANT, v2(FOREIGN_TENANT), { tid: OTHER_TENANT }, 'issuer'],
  ])(
    'an answer %s is refused, though keys, user id and audience are right (for a user of %s)',
    async (_what, tenant, path, claims, reason) => {
      answerWith(31, answered(path, claims))
      const call = () => stack.call(31, { changes: of(tenant) })
      expect(await refusalOf(call)).toEqual([200, reason])
    },
  )

  test('one user id in two tenants is two users: neither gets what is kept for the other', async () => {
    const sent: unknown[] = []
    for (const tenant of [TENANT, OTHER_TENANT]) {
      answerWith(40, answered(v2(tenant), { tid: tenant }))
      await stack.call(40, { changes: of(tenant) })
      sent.push(stack.api.requests.at(-1)?.headers.authorization)
    }
    expect(new Set(sent).size).toBe(2)
    expect(stack.stand.exchanges.slice(-2).map(({ path }) => path)).toEqual([
      v2(TENANT),
      v2(OTHER_TENANT),
    ])
  })

  test.each<[string, TokenChanges]>([
    ['of a tenant that is not allowed', of(FOREIGN_TENANT)],
    ['of a tenant that is not allowed, by version 1', of(FOREIGN_TENANT, 1)],
    ['of common', { path: '/common/v2.0' }],
    [
      'of the own tenant that says the allowed one',
      { path: v2(TENANT), claims: { tid: OTHER_TENANT } },
    ],
    [
      'of the allowed tenant that says the own one',
      { path: v1(OTHER_TENANT), claims: { tid: TENANT } },
    ],
    ['of the allowed tenant that says none', of(OTHER_TENANT, 2, { tid: undefined })],
    ['of the own tenant that says it in a list', of(TENANT, 2, { tid: [TENANT] })],
    ['that names no user by oid', of(TENANT, 2, { oid: undefined })],
    ['that names users in a list', of(TENANT, 2, { oid: ['a', 'b'] })],
  ])('a token %s is refused before anything is exchanged', async (_what, changes) => {
    const { stand } = stack
    const before = stand.exchanges.length
    const [status, reason] = await refusalOf(() => stack.call(50, { changes }))
    expect(status).toBe(401)
    expect([...['issuer_mismatch', 'subject_missing', 'organization_malformed']]).toContain(reason)
    expect(stand.exchanges).toHaveLength(before)
  })
})
