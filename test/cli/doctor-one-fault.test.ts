import { describe, expect, test } from 'vitest'
import { OF_THE_API, OF_THE_SERVER, OF_THE_TOKEN } from './doctor-ailments-api.js'
import { OF_THE_CLIENT, OF_THE_ISSUER } from './doctor-ailments-issuer.js'
import { useWorld, visit, type World } from './doctor-world.js'

describe('doctor on a deployment with one thing wrong', () => {
  let world: World

  useWorld((opened) => {
    world = opened
  })

  test('finds nothing wrong where nothing is, and says so only then', async () => {
    const { code, findings, wrong } = await visit(world)
    expect(wrong()).toEqual([])
    expect(code).toBe(0)
    expect(findings.find(({ check }) => check === 'api.call')?.verdict).toBe('ok')
  })

  const ailments = [
    ...OF_THE_ISSUER,
    ...OF_THE_CLIENT,
    ...OF_THE_API,
    ...OF_THE_SERVER,
    ...OF_THE_TOKEN,
  ]

  test.each(ailments)(
    '[B6] names one fault for one cause: %s',
    async (_title, make, ...expected) => {
      const [check, message, hint] = expected
      const { code, wrong, named, findings } = await visit(world, make(world))
      expect(wrong()).toEqual([check])
      expect(named(check)?.message).toMatch(message)
      expect(named(check)?.hint).toMatch(hint)
      expect(code).toBe(1)
      // What waits names what it waits for, and that is the one fault.
      const waits = findings.flatMap(({ waitsFor }) => waitsFor ?? [])
      expect(new Set([...waits, check])).toEqual(new Set([check]))
      expect(JSON.stringify(findings)).not.toContain('not-to-be-shown')
    },
  )
})
