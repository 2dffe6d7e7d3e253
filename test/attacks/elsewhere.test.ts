import { afterAll, describe, expect, test } from 'vitest'
import type { Attack, Target } from './attack.js'
import { apiThemes, mcpThemes, type Theme } from './catalogue.js'
import { isElsewhere, missingAt, targetElsewhere, targetsIn, type Elsewhere } from './elsewhere.js'
import { ownKeys } from './forge.js'
import { sendRequest } from './send-request.js'
import { named, titled } from './titles.js'
import { setTrap, type Trap } from './trap.js'
import { faultsOf, leaksIn } from './verdict.js'

interface Run {
  readonly found: Elsewhere
  readonly target: Target
  readonly trap: Trap
  readonly themes: readonly Theme[]
  readonly count: number
  readonly leftOut: number
}

async function prepare(found: Elsewhere): Promise<Run> {
  const trap = await setTrap(ownKeys().rsa)
  const target = await targetElsewhere(found, trap.origin)
  const missing = missingAt(target, found)
  const possible = ({ needs }: Attack): boolean => !needs.some((need) => missing.has(need))
  const all = found.kind === 'mcp' ? mcpThemes : apiThemes
  const themes = all
    .map(({ title, attacks }) => ({ title, attacks: attacks.filter(possible) }))
    .filter(({ attacks }) => attacks.length > 0)
  const count = total(themes)
  return { found, target, trap, themes, count, leftOut: total(all) - count }
}

function total(themes: readonly Theme[]): number {
  return themes.reduce((sum, { attacks }) => sum + attacks.length, 0)
}

const runs = isElsewhere(process.env)
  ? await Promise.all(targetsIn(process.env).map((found) => prepare(found)))
  : []

afterAll(async () => {
  await Promise.all(runs.map(({ trap }) => trap.close()))
})

describe.each(runs.map((run) => [run.found.url.href, run] as const))('attacking %s', (_, run) => {
  const { found, target, trap, themes } = run

  test(`runs ${run.count} attacks and leaves ${run.leftOut} out, for want of a key or a token`, () => {
    expect(run.count).toBeGreaterThan(0)
  })

  test('control: a request without token is refused with a challenge', async () => {
    const { status, headers } = await sendRequest(target)
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBeDefined()
  })

  test.skipIf(found.token === undefined)('control: the good token gets through', async () => {
    expect((await sendRequest(target, { token: await target.goodToken() })).status).toBe(200)
  })

  describe.each(titled(themes))('%s', (_title, { attacks }) => {
    test.each(named(attacks))('refused: %s', async (_name, attack) => {
      const answer = await attack.send(target)
      const faults = [
        ...faultsOf(attack, answer, { anyRefusal: true }),
        ...leaksIn(answer.raw, answer.credentials).map((run) => `the answer holds of ${run}`),
        ...trap.visits.map((visit) => `a link of the attacker's was followed: ${visit}`),
      ]
      expect(faults, faults.join('\n')).toEqual([])
    })
  })

  test.skipIf(found.token === undefined)('afterwards the good token gets through', async () => {
    expect((await sendRequest(target, { token: await target.goodToken() })).status).toBe(200)
  })
})

describe('the choice of targets', () => {
  const url = 'https://mcp.example.com/mcp'

  test('is empty without URLs, so that the suite starts servers of its own', () => {
    expect(targetsIn({})).toEqual([])
    expect(isElsewhere({ ATTACK_MCP_URL: '' })).toBe(false)
  })

  test.each(['http://localhost:3001/mcp', 'http://127.0.0.1:3001/mcp', 'http://[::1]:3001/mcp'])(
    'takes %s',
    (local) => {
      expect(targetsIn({ ATTACK_MCP_URL: local })).toHaveLength(1)
    },
  )

  test.each([
    url,
    'http://localhost.example.com/mcp',
    'http://localhost@example.com/',
    'http://10.0.0.1/',
  ])('does not take %s, which is not on this machine', (foreign) => {
    expect(() => targetsIn({ ATTACK_MCP_URL: foreign })).toThrow('ATTACK_I_OWN_THIS_TARGET=true')
    expect(() => targetsIn({ ATTACK_API_URL: foreign })).toThrow('ATTACK_I_OWN_THIS_TARGET=true')
  })

  test('takes a target elsewhere from somebody who says it is theirs', () => {
    const [target] = targetsIn({ ATTACK_MCP_URL: url, ATTACK_I_OWN_THIS_TARGET: 'true' })
    expect(target).toMatchObject({ kind: 'mcp', audience: url, token: undefined })
  })

  test('gives the token to the MCP server alone when there are two targets', () => {
    const [mcp, api] = targetsIn({
      ATTACK_MCP_URL: 'http://localhost:1/mcp',
      ATTACK_API_URL: 'http://localhost:2/',
      ATTACK_TOKEN: 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2kvIiwiYXVkIjpbImEiXX0.AA',
    })
    expect(mcp).toMatchObject({ audience: 'a', issuer: 'https://i/' })
    expect(api).toMatchObject({ audience: 'http://localhost:2/', token: undefined })
  })
})
