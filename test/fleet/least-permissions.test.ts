import { Redis } from 'ioredis'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { createDpopKey } from '../helpers/dpop-key.js'
import { callTool } from '../helpers/mcp-requests.js'
import { greetBy, postTo, PUBLIC_URL, startFleet, type Fleet } from './helpers/start-fleet.js'

const PASSWORD = 'of-the-store'

/** The rules that docs/operations.md has for a user of Redis, without its name and password. */
function documentedRules(): readonly string[] {
  const docs = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const [, rules] = /ACL SETUSER mcp on >\S+ (.+)/.exec(docs) ?? []
  if (rules === undefined) throw new Error('docs/operations.md has no rule for a user of Redis')
  return rules.split(' ')
}

async function startWith(rules: readonly string[]): Promise<Fleet> {
  const environment = { RATE_LIMIT_PER_CALLER: '100', STORE_PASSWORD: PASSWORD }
  const user = ['--user', 'default', 'on', `>${PASSWORD}`, 'resetkeys', 'resetchannels', '-@all']
  return startFleet({ environment, redisArgs: [...user, ...rules] })
}

/** Everything that a store is for, by two instances. */
async function useAll({ first, second, issuer, mint }: Fleet): Promise<void> {
  const key = await createDpopKey()
  const bound = await mint({ cnf: { jkt: key.thumbprint } })
  const request = { method: 'POST', url: PUBLIC_URL, nowSeconds: Math.floor(Date.now() / 1_000) }
  const headers = { Authorization: `DPoP ${bound}`, DPoP: await key.prove(bound, request) }
  expect((await postTo(first, callTool('whoami'), { headers })).status).toBe(200)
  expect((await postTo(second, callTool('whoami'), { headers })).status).toBe(400)
  const token = await mint()
  for (const server of [first, second]) expect((await greetBy(server, token)).isError).toBe(false)
  expect(issuer.tokenRequests).toHaveLength(1)
}

test('a user of Redis with the documented permissions alone is enough', async () => {
  const fleet = await startWith(documentedRules())
  await useAll(fleet)
  for (const { log } of [fleet.first, fleet.second]) {
    expect(log.named('store_refuses')).toEqual([])
    expect(log.named('store_unavailable')).toEqual([])
  }
  const user = new Redis({ path: fleet.redis.path, password: PASSWORD })
  onTestFinished(() => {
    user.disconnect()
  })
  for (const [command = '', ...args] of [['KEYS', '*'], ['FLUSHALL'], ['CONFIG', 'GET', '*']]) {
    await expect(user.call(command, ...args)).rejects.toThrow('NOPERM')
  }
  await expect(user.get('of-another')).rejects.toThrow('NOPERM')
})

test.each(['pttl', 'time', 'evalsha', 'getrange'])(
  'a user of Redis that lacks %s is told of by each instance once, and no call fails for it',
  async (command) => {
    const rules = documentedRules()
    expect(rules).toContain(`+${command}`)
    const { first, mint } = await startWith(rules.filter((rule) => rule !== `+${command}`))
    for (const sub of ['auth0|a', 'auth0|b', 'auth0|c']) {
      expect((await greetBy(first, await mint({ sub }))).isError).toBe(false)
    }
    const told = first.log.named('store_refuses')
    expect(told).toHaveLength(1)
    expect(JSON.stringify(told)).toContain('lacks a permission')
  },
)
