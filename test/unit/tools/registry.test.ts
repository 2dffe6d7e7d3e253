import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createToolRegistry } from '../../../src/tools/registry.js'
import { greet } from '../../../src/tools/greet.js'
import type { ToolRequirements } from '../../../src/tools/tool.js'
import { whoami } from '../../../src/tools/whoami.js'
import { failureThrownBy } from '../outcomes.js'

const tool = (name: string, ...requiredScopes: string[]): ToolRequirements => ({
  name,
  requiredScopes,
})

describe('createToolRegistry', () => {
  test('createToolRegistry lists the tools by name, in whatever order they came', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }))
    fc.assert(
      fc.property(names, (given) => {
        const registry = createToolRegistry(given.map((name) => tool(name)))
        expect(registry.tools.map(({ name }) => name)).toEqual([...given].sort())
      }),
    )
  })

  test('createToolRegistry finds every tool by its exact name', () => {
    const registry = createToolRegistry([whoami, greet])
    expect(registry.find('greet')).toBe(greet)
    expect(registry.find('whoami')).toBe(whoami)
  })

  test.each(['Greet', 'greet ', '', 'toString', '__proto__', 'constructor'])(
    'createToolRegistry finds nothing under %j',
    (name) => {
      expect(createToolRegistry([whoami, greet]).find(name)).toBeUndefined()
    },
  )

  test('createToolRegistry finds a tool that is named like a member of every object', () => {
    const odd = tool('__proto__', 'a')
    expect(createToolRegistry([odd]).find('__proto__')).toBe(odd)
  })

  test('createToolRegistry refuses a name given twice, also for the same tool', () => {
    const failure = failureThrownBy(() => createToolRegistry([greet, whoami, greet]))
    expect([failure.code, failure.details.reason]).toEqual(['misconfigured', 'duplicate_tool'])
    expect(failure.details.log).toEqual({ tool: 'greet' })
  })

  test.each(['two words', '', 'quo"te', 'back\\slash', 'sc\u00f6pe'])(
    'createToolRegistry refuses %j, which is no scope, of the server as well as of the API',
    (scope) => {
      const ours = tool('ours', 'good', scope)
      const downstream = { ...tool('apis'), downstream: { api: 'api', scopes: ['good', scope] } }
      for (const bad of [ours, downstream]) {
        const failure = failureThrownBy(() => createToolRegistry([bad]))
        expect([failure.code, failure.details.reason]).toEqual([
          'misconfigured',
          'invalid_scope_token',
        ])
        expect(failure.details.log).toEqual({ tool: bad.name, scope })
      }
    },
  )

  test('createToolRegistry does not change the list it was given', () => {
    const given = [whoami, greet]
    createToolRegistry(given)
    expect(given).toEqual([whoami, greet])
  })
})
